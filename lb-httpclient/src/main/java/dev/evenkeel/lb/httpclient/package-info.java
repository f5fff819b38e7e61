/** The HTTP client of the JDK, balanced. Start at {@link dev.evenkeel.lb.httpclient.BalancedHttpClient}. */
@NullMarked
package dev.evenkeel.lb.httpclient;

import org.jspecify.annotations.NullMarked;
