package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Nodes on a clock that stands still, and what the tests do with them, in numbers. */
final class Nodes {

    private static final ServiceInstance INSTANCE = ServiceInstance.of("10.0.0.1:80");

    private Nodes() {}

    static Node withLimit(int limit) {
        return new Node(INSTANCE, () -> 0, InFlightLimit.fixed(limit), true, new Told());
    }

    /** A node that is on probation, so that its answers can be counted. */
    static Node newcomer() {
        return new Node(INSTANCE, () -> 0, InFlightLimit.fixed(1), false, new Told());
    }

    /** A node with one place that tells this. */
    static Node telling(Node.Events told) {
        return new Node(INSTANCE, () -> 0, InFlightLimit.fixed(1), true, told);
    }

    /** How often a node has said that its last call is over, and that it has a place again. */
    static final class Told implements Node.Events {

        final AtomicInteger drained = new AtomicInteger();
        final AtomicInteger freed = new AtomicInteger();

        @Override
        public void drained(Node node) {
            drained.incrementAndGet();
        }

        @Override
        public void freed() {
            freed.incrementAndGet();
        }
    }

    /** 1 if a call begins, 0 if it is refused. */
    static int begins(Node node) {
        return node.begin(0, false) != null ? 1 : 0;
    }

    static void end(@Nullable TrackedLease lease) {
        if (lease != null) {
            lease.succeeded();
        }
    }

    /** 1 if some call waits for an answer: a while later it would have been waiting for long. */
    static int isOneWaiting(Node node) {
        return node.waitingNanos(1_000) > 0 ? 1 : 0;
    }

    /** 1 if one answer has been counted, 3 if two have: a newcomer's trial goes by them. */
    static int answers(Node node) {
        return node.callsOnProbation() - 1;
    }
}
