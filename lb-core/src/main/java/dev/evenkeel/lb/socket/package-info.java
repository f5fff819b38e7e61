/** Sockets and channels that go to instances, for what is no HTTP client. Start at {@link dev.evenkeel.lb.socket.BalancedSocketFactory}. */
@NullMarked
package dev.evenkeel.lb.socket;

import org.jspecify.annotations.NullMarked;
