package dev.evenkeel.lb.health;

import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;

/** What a probe is told besides the instance. Implemented by the library, so that more can be told later. */
public interface ProbeContext {

    /** The service that the instance belongs to. */
    String serviceName();

    /** After which time the answer is of no more use. */
    Duration timeout();

    /** For probes that have to look again later; its tasks must not block. */
    Scheduler scheduler();
}
