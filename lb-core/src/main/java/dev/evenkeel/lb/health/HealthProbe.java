package dev.evenkeel.lb.health;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.concurrent.CompletionStage;

/**
 * Asks one instance whether it is well.
 *
 * <p>Probes run on the balancer's executor, several at once but never two for one instance. An answer that does not come
 * within the time-out is a failed probe; the stage is then cancelled, and a thread still inside {@code check} is
 * interrupted. Whatever a probe throws, or fails with, is a failed probe and nothing more, unless a
 * {@link dev.evenkeel.lb.request.LocalFault} is behind it, or the failure comes so late that this process cannot have been
 * running: that says nothing of the instance.
 */
@FunctionalInterface
public interface HealthProbe {

    /**
     * Asks the instance.
     *
     * @param instance whom to ask
     * @param context the time-out, for probes that can pass it on, and an executor for those that block
     * @return the answer, now or later; failing it is the same as {@link ProbeResult#sick(Throwable)}
     */
    CompletionStage<ProbeResult> check(ServiceInstance instance, ProbeContext context);

    /** Well means that a TCP connection can be made. It is closed at once, nothing is sent. */
    static HealthProbe tcp() {
        return TcpProbe.INSTANCE;
    }

    /** A probe that blocks its thread until it knows. It is interrupted when its time is up. */
    static HealthProbe blocking(BlockingCheck check) {
        return new BlockingProbe(check);
    }

    /** The body of a blocking probe. */
    @FunctionalInterface
    interface BlockingCheck {

        /** Asks the instance; to throw is to say that it is sick. */
        ProbeResult check(ServiceInstance instance, ProbeContext context) throws Exception;
    }
}
