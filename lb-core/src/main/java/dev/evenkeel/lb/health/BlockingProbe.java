package dev.evenkeel.lb.health;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Runs the check on the thread that {@link Probing} calls it on, which is one of the executor's. */
final class BlockingProbe implements HealthProbe {

    private final BlockingCheck check;

    BlockingProbe(BlockingCheck check) {
        this.check = requireNonNull(check, "check");
    }

    @Override
    public CompletionStage<ProbeResult> check(ServiceInstance instance, ProbeContext context) {
        try {
            return CompletableFuture.completedFuture(check.check(instance, context));
        } catch (Exception thrown) { // an interrupt, too: it is how Probing ends a check that takes too long
            return CompletableFuture.failedFuture(thrown);
        }
    }
}
