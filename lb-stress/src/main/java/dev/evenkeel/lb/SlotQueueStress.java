package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import dev.evenkeel.lb.request.PickRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** Calls that wait for the one place of a node, whose time never passes. */
public final class SlotQueueStress {

    private SlotQueueStress() {}

    private abstract static class OnePlace implements SlotQueue.Picks, Node.Events {

        final SlotQueue queue =
                new SlotQueue("orders", this, () -> 0, (task, delay) -> () -> {}, 10, Duration.ofHours(1));
        final Node node = Nodes.telling(this);
        final TrackedLease before = requireNonNull(node.begin(0, false));

        final CompletableFuture<Lease> enter() {
            PendingLease call = new PendingLease(PickRequest.EMPTY, Runnable::run);
            queue.enter(call);
            return call.future();
        }

        @Override
        public final @Nullable Lease tryAcquire(PickRequest request) {
            return node.begin(0, false);
        }

        @Override
        public final boolean isServable(PickRequest request) {
            return true;
        }

        @Override
        public final RuntimeException refusal(PickRequest request, @Nullable String why) {
            return new IllegalStateException(why);
        }

        @Override
        public final void drained(Node drained) {}

        @Override
        public final void freed() {
            queue.wake();
        }
    }

    /** A call comes while the place becomes free: whether it has it, and how many wait. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it was served, now or in its turn")
    @State
    public static class APlaceIsNotMissed extends OnePlace {

        private @Nullable CompletableFuture<Lease> call;

        @Actor
        public void ends() {
            before.succeeded();
        }

        @Actor
        public void enters() {
            call = enter();
        }

        @Arbiter
        public void afterwards(II_Result result) {
            result.r1 = requireNonNull(call).isDone() ? 1 : 0;
            result.r2 = queue.size();
        }
    }

    /** A call that waits is cancelled while the place becomes free: what is in flight, how many wait, and who has it. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "served before")
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "cancelled before, and no place is lost")
    @State
    public static class ACancelledCallKeepsNoPlace extends OnePlace {

        private final CompletableFuture<Lease> call = enter();

        @Actor
        public void ends() {
            before.succeeded();
        }

        @Actor
        public void cancels() {
            call.cancel(false);
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r1 = node.inFlight();
            result.r2 = queue.size();
            result.r3 = call.isCancelled() ? 0 : 1;
        }
    }
}
