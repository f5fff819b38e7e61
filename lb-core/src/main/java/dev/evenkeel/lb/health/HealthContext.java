package dev.evenkeel.lb.health;

import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** What a health policy works with. Implemented by the library, so that more can be handed in later. */
public interface HealthContext {

    /** The service that is watched over. */
    String serviceName();

    /** The clock of the balancer. */
    Ticker ticker();

    /** The scheduler of the balancer; its tasks must not block. */
    Scheduler scheduler();

    /** Where what may block runs. */
    Executor executor();

    /** The randomness of the balancer. */
    RandomGenerator random();
}
