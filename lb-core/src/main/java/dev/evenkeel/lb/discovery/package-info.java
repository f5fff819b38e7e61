/** Where lists of instances come from. */
@NullMarked
package dev.evenkeel.lb.discovery;

import org.jspecify.annotations.NullMarked;
