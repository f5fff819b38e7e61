/** Time, as it is handed in: one ticker for what has elapsed, one scheduler for what comes later. */
@NullMarked
package dev.evenkeel.lb.time;

import org.jspecify.annotations.NullMarked;
