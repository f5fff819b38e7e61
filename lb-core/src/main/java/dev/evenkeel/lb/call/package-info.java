/** What adapters of HTTP clients share, so that each holds only what is particular to its client. */
@NullMarked
package dev.evenkeel.lb.call;

import org.jspecify.annotations.NullMarked;
