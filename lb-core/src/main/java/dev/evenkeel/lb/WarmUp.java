package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets instances that are new or well again begin with little: their share of their weight grows in a straight line, in
 * steps, from a tenth to all of it. Belongs to the control plane.
 *
 * <pre>
 * share = 0.1 + 0.9 * progress          progress: from 0 to 1 over the time of a warm-up
 * </pre>
 *
 * <p>The clock on the wall is read once for each instance that joins, to find out how long it has been running; from then
 * on time is what has elapsed, so that it does no harm to set that clock.
 */
final class WarmUp {

    private static final double FIRST_SHARE = 0.1;

    /** How many steps the line has: with each the share grows by less than a twentieth. */
    private static final int STEPS = 20;

    /** Each step makes a new pool, and that should not become the main occupation. */
    private static final Duration SHORTEST_STEP = Duration.ofMillis(1);

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final Duration duration;
    private final Ticker ticker;
    private final InstantSource wallClock;
    private final Scheduler scheduler;
    private final SerialExecutor control;
    private final Runnable onStep;

    /** Who is warming up, and since when, as the ticker has it. */
    private final Map<Node, Long> begun = new HashMap<>();

    /** There is one as long as anybody is warming up. */
    private @Nullable Cancellable timer;

    /**
     * Warms nobody up yet.
     *
     * @param duration zero for never
     * @param onStep told, in the control plane, that members have become warmer
     */
    WarmUp(
            String serviceName,
            Duration duration,
            Ticker ticker,
            InstantSource wallClock,
            Scheduler scheduler,
            SerialExecutor control,
            Runnable onStep) {
        this.serviceName = serviceName;
        this.duration = duration;
        this.ticker = ticker;
        this.wallClock = wallClock;
        this.scheduler = scheduler;
        this.control = control;
        this.onStep = onStep;
    }

    /** What part of its weight an instance gets at this progress. */
    static double share(double progress) {
        return FIRST_SHARE + (1 - FIRST_SHARE) * progress;
    }

    /** A new instance: it may have been running for a while. */
    void joined(Node node) {
        begin(node, node.instance().startTime().map(this::timeSince).orElse(Duration.ZERO));
    }

    /** An instance is well again: whenever it started, it is to be handled with care. */
    void recovered(Node node) {
        begin(node, Duration.ZERO);
    }

    void gone(Node node) {
        begun.remove(node);
    }

    void close() {
        control.assertInContext();
        begun.clear();
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Clocks of different machines differ: what has yet to start starts now. */
    private Duration timeSince(Instant start) {
        Duration time = Duration.between(start, wallClock.instant());
        return time.isNegative() ? Duration.ZERO : time;
    }

    private void begin(Node node, Duration age) {
        control.assertInContext();
        if (age.compareTo(duration) >= 0) {
            return;
        }
        long now = ticker.nanos();
        begun.put(node, now - age.toNanos());
        node.state(node.state().withWarmUp(progress(now - age.toNanos(), now)));
        if (timer == null) {
            scheduleStep();
        }
    }

    private void step() {
        timer = null;
        long now = ticker.nanos();
        boolean anyMember = false;
        for (Map.Entry<Node, Long> entry : begun.entrySet()) {
            Node node = entry.getKey();
            node.state(node.state().withWarmUp(progress(entry.getValue(), now)));
            anyMember |= !node.state().draining();
        }
        begun.keySet().removeIf(node -> node.state().warmUp() == 1);
        if (!begun.isEmpty()) {
            scheduleStep();
        }
        if (anyMember) {
            onStep.run();
        }
    }

    private double progress(long since, long now) {
        return Math.max(0, Math.min((double) (now - since) / duration.toNanos(), 1));
    }

    private void scheduleStep() {
        Duration step = duration.dividedBy(STEPS);
        try {
            timer = scheduler.schedule(
                    () -> control.execute(this::step), step.compareTo(SHORTEST_STEP) < 0 ? SHORTEST_STEP : step);
        } catch (RuntimeException rejected) { // without a timer they would stay cold for ever
            log.warn("{}: the scheduler threw, nobody warms up", serviceName, rejected);
            begun.keySet().forEach(node -> node.state(node.state().withWarmUp(1)));
            begun.clear();
        }
    }
}
