/** When a call is made once more, and when twice at once. */
@NullMarked
package dev.evenkeel.lb.retry;

import org.jspecify.annotations.NullMarked;
