package dev.evenkeel.lb.discovery;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Asks a function of the user's. */
final class PollingSource implements InstanceSource {

    static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** With jitter, less than 60 questions in the first hour of an outage, and soon back after a short one. */
    static final Duration LONGEST_RETRY = Duration.ofMinutes(2);

    private final Lookup lookup;
    private final Duration interval;
    private final Duration timeout;

    PollingSource(Lookup lookup, Duration interval, Duration timeout) {
        this.lookup = requireNonNull(lookup, "lookup");
        this.interval = Intervals.check("interval", interval);
        this.timeout = Intervals.check("timeout", timeout);
    }

    @Override
    public Subscription subscribe(InstanceSink sink) {
        String serviceName = sink.serviceName();
        Polling polling = new Polling(
                sink,
                () -> requireNonNull(lookup.lookUp(serviceName), "the list"),
                interval,
                timeout,
                Intervals.max(interval, LONGEST_RETRY));
        polling.ask(sink.executor());
        return polling;
    }

    @Override
    public String toString() {
        return "polling every " + interval;
    }
}
