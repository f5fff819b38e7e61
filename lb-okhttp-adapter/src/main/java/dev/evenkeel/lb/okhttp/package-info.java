/** Evenkeel for OkHttp. Start at {@link dev.evenkeel.lb.okhttp.BalancedOkHttp}. */
@NullMarked
package dev.evenkeel.lb.okhttp;

import org.jspecify.annotations.NullMarked;
