/** Who is well: probes, and how their answers become a verdict. */
@NullMarked
package dev.evenkeel.lb.health;

import org.jspecify.annotations.NullMarked;
