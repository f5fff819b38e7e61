/**
 * A client-side load balancer to embed. Start at {@link dev.evenkeel.lb.LoadBalancer}.
 *
 * <p>Around it: {@link dev.evenkeel.lb.instance} what a service consists of, {@link dev.evenkeel.lb.discovery} where
 * lists of instances come from, {@link dev.evenkeel.lb.health} who is well, {@link dev.evenkeel.lb.strategy} how one is
 * chosen, {@link dev.evenkeel.lb.request} what a caller says of a call, {@link dev.evenkeel.lb.observe} how to read the
 * pool, {@link dev.evenkeel.lb.routing} several services behind one client, {@link dev.evenkeel.lb.call} what adapters of
 * HTTP clients share, {@link dev.evenkeel.lb.time} time, to be handed in.
 */
@NullMarked
package dev.evenkeel.lb;

import org.jspecify.annotations.NullMarked;
