package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges instances by the outcomes of their calls, see {@link OutlierConfig}.
 *
 * <p>The end of a call, or its answer, only notices, in the methods that come first, and leaves the rest to the control
 * plane, by way of the scheduler. Everything else belongs to the control plane.
 */
final class OutlierDetector {

    /** A longer pause than this is far more often an error than the truth. */
    private static final Duration MAX_PAUSE = Duration.ofMinutes(1);

    /** For so long has a call to go on, after it was answered, to tell as much as one that succeeded. */
    private static final Duration LASTING = Duration.ofSeconds(10);

    private static final double PAUSE_JITTER = 0.1;

    /** A row of failures by accident, where calls fail everywhere, is one in 250,000. */
    private static final double CERTAIN = Math.log(250_000);

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final OutlierConfig config;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final SerialExecutor control;
    private final Listeners listeners;
    private final WarmUp warmUp;
    private final Supplier<Node[]> members;
    private final Runnable onChange;
    private final FailureWatch watch;

    /** Of those that have been ejected since they joined. */
    private final Map<Node, EjectionHistory> histories = new HashMap<>();

    /** When those that are out are tried again. */
    private final Map<Node, Cancellable> timers = new HashMap<>();

    private boolean closed;

    /**
     * Has heard of no call yet.
     *
     * @param members who is in the pool, asked in the control plane
     * @param onChange told, in the control plane, that somebody is out or back
     */
    OutlierDetector(
            BalancerConfig config,
            SerialExecutor control,
            Listeners listeners,
            WarmUp warmUp,
            Supplier<Node[]> members,
            Runnable onChange) {
        this.serviceName = config.serviceName();
        this.config = config.outliers();
        this.ticker = config.ticker();
        this.scheduler = config.scheduler();
        this.random = config.random();
        this.control = control;
        this.listeners = listeners;
        this.warmUp = warmUp;
        this.members = members;
        this.onChange = onChange;
        this.watch = new FailureWatch(this.config, scheduler, control, members, this::ejectOutliers);
    }

    // ---- on the thread of a call

    /**
     * A call has failed, or was turned away.
     *
     * @param trial the trial that it was a part of, if any
     */
    void failed(Node node, Outcome outcome, @Nullable Trial trial) {
        if (!config.isOn()) {
            return;
        }
        Ejection ejection = node.state().ejection();
        if (ejection == null) {
            if (FailureRun.isTooLong(node.failureRun(), config)) {
                submit(() -> ejectFailing(node));
            } else if (asksForPause(outcome)) {
                submit(() -> coolOff(node, outcome));
            }
        } else if (ejection.onTrial() && trial != null) {
            submit(() -> failedOnTrial(node, trial, outcome));
        }
        if (watch.shouldBegin() && !submit(watch::begin)) {
            watch.doesNotBegin();
        }
    }

    /** A call of this trial has been answered, and goes on. */
    void answeredOnTrial(Node node, Trial trial, TrackedLease lease) {
        submit(() -> answered(node, trial, lease));
    }

    /** A call of this trial has succeeded. */
    void succeededOnTrial(Node node, Trial trial) {
        submit(() -> passed(node, trial, "a call succeeded"));
    }

    private boolean submit(Runnable change) {
        return later(change, Duration.ZERO) != null;
    }

    /** Null if it does not come to that; then the next call may have more luck. */
    private @Nullable Cancellable later(Runnable change, Duration delay) {
        try {
            return scheduler.schedule(() -> control.execute(() -> ifOpen(change)), delay);
        } catch (RuntimeException rejected) {
            log.debug("{}: how a call went has no effect, as the scheduler threw", serviceName, rejected);
            return null;
        }
    }

    private static boolean asksForPause(Outcome outcome) {
        return outcome.retryAfter().filter(pause -> !pause.isZero()).isPresent();
    }

    // ---- control plane

    private void ifOpen(Runnable change) {
        if (!closed) {
            change.run();
        }
    }

    private void ejectFailing(Node node) {
        long run = node.failureRun();
        if (!isIn(node) || !FailureRun.isTooLong(run, config)) {
            return;
        }
        boolean unreachable = FailureRun.isNeverReached(run, config);
        if (unreachable || failsByItself(node)) {
            Ejection.Cause cause = unreachable ? Ejection.Cause.UNREACHABLE : Ejection.Cause.FAILING;
            eject(node, cause, FailureRun.toString(run), 1);
            onChange.run();
        } else {
            readmitThoseThatAreNoWorse();
        }
    }

    /**
     * Whether it is the instance that fails, and not the requests: what calls fail elsewhere makes such a row no accident. Where
     * no other instance has had calls, nobody can tell. Where nothing succeeds at all, it is the instances: as soon as all are
     * out, all are tried.
     */
    private boolean failsByItself(Node node) {
        double best = Double.POSITIVE_INFINITY;
        for (Node other : members.get()) {
            if (other != node && other.state().isWell()) {
                double share = watch.failureShare(other);
                best = share < best ? share : best; // NaN is not
            }
        }
        return best > 1 || FailureRun.failed(node.failureRun()) * -Math.log(best) >= CERTAIN || !watch.hasSuccess();
    }

    /** Those that the same requests have taken out before the others met with them. What they have failed is remembered. */
    private void readmitThoseThatAreNoWorse() {
        for (Node node : members.get()) {
            Ejection ejection = node.state().ejection();
            if (ejection != null
                    && !ejection.isStatistical()
                    && !FailureRun.isNeverReached(node.failureRun(), config)
                    && !history(node).isRepeated()
                    && !failsByItself(node)) {
                node.endFailuresInARow();
                readmit(node, "calls fail everywhere");
            }
        }
    }

    private void coolOff(Node node, Outcome outcome) {
        if (isIn(node)) {
            pause(node, outcome);
            onChange.run();
        }
    }

    private void ejectOutliers(List<FailureRates.Rated> rated) {
        List<FailureRates.Rated> candidates = rated.stream()
                .filter(instance -> instance.node().state().isWell())
                .toList();
        boolean changed = false;
        for (FailureRates.Rated outlier : FailureRates.outliers(candidates, config)) {
            if (!mayEjectOneMore()) {
                break;
            }
            String reason = outlier.failures() + " of " + outlier.calls() + " calls failed";
            eject(outlier.node(), Ejection.Cause.FAILURE_RATE, reason, outlier.share());
            changed = true;
        }
        if (changed) {
            onChange.run();
        }
    }

    private boolean mayEjectOneMore() {
        Availability now = Availability.of(members.get(), 0);
        int most = Math.max(1, (int) (config.maxEjectedShare() * now.present + Availability.ROUNDING));
        return now.present - now.well < most && now.well > config.minAvailable();
    }

    /** One call more says little where it failed some before: then it stays with that. */
    private void failedOnTrial(Node node, Trial trial, Outcome outcome) {
        Ejection before = node.state().ejection();
        if (before == null || !before.onTrial() || node.trial() != trial) {
            return;
        }
        if (asksForPause(outcome)) {
            pause(node, outcome);
        } else {
            Ejection.Cause cause = before.causeAfter(outcome);
            eject(node, cause, "failed when it was tried again", before.badness());
        }
        onChange.run();
    }

    /** Whom nobody could reach has been reached. Of others, a call that goes on has to go well for a while. */
    private void answered(Node node, Trial trial, TrackedLease lease) {
        Ejection ejection = node.state().ejection();
        if (ejection == null || node.trial() != trial) {
            return;
        }
        if (ejection.cause() == Ejection.Cause.UNREACHABLE) {
            passed(node, trial, "a call reached it");
        } else if (ejection.onTrial() && !timers.containsKey(node)) { // one after the other is enough
            Cancellable timer = later(() -> hasLasted(node, trial, lease), LASTING);
            if (timer != null) {
                timers.put(node, timer);
            }
        }
    }

    private void hasLasted(Node node, Trial trial, TrackedLease lease) {
        if (node.trial() == trial) {
            stopTimer(node);
            if (!lease.isEnded()) {
                passed(node, trial, "a call goes on well");
            }
        }
    }

    private void passed(Node node, Trial trial, String reason) {
        if (node.trial() == trial) {
            forgive(node);
            readmit(node, reason);
        }
    }

    /** The health check has come to find the instance well. */
    void probePassed(Node node) {
        Ejection ejection = node.state().ejection();
        if (ejection != null && !ejection.isStatistical() && !history(node).isRepeated()) {
            forgive(node);
            readmit(node, "the health check passed");
        }
    }

    /** Its last call may have been one of a trial, and what that brings about is still on its way: there is no trial any more. */
    void gone(Node node) {
        node.trial(null);
        histories.remove(node);
        watch.forget(node);
        stopTimer(node);
    }

    void close() {
        control.assertInContext();
        closed = true;
        timers.values().forEach(Cancellable::cancel);
        timers.clear();
        watch.end();
    }

    /** Neither out already nor leaving. */
    private static boolean isIn(Node node) {
        return node.state().ejection() == null && !node.state().draining();
    }

    private void eject(Node node, Ejection.Cause cause, String reason, double badness) {
        EjectionHistory history = history(node);
        long now = ticker.nanos();
        Duration time = Duration.ofNanos(history.ejected(now, random.nextDouble()));
        boolean mayClearItself = cause != Ejection.Cause.FAILURE_RATE; // by a call that it gets for want of others
        Trial meanwhile = mayClearItself ? new Trial(now + history.leastNanos(), false) : null;
        takeOut(node, cause, reason, badness, time, meanwhile);
    }

    private void pause(Node node, Outcome outcome) {
        Duration asked = outcome.retryAfter().orElse(Duration.ZERO);
        Duration capped = asked.compareTo(MAX_PAUSE) < 0 ? asked : MAX_PAUSE;
        long time = (long) (capped.toNanos() * (1 + PAUSE_JITTER * random.nextDouble()));
        Duration pause = Duration.ofNanos(Math.min(time, MAX_PAUSE.toNanos()));
        takeOut(node, Ejection.Cause.COOL_OFF, "asked for a pause of " + asked, 1, pause, null);
    }

    private void takeOut(
            Node node, Ejection.Cause cause, String reason, double badness, Duration time, @Nullable Trial meanwhile) {
        Ejection ejection = new Ejection(cause, reason, ticker.nanos() + time.toNanos(), badness, false);
        stopTimer(node);
        node.trial(meanwhile);
        node.state(node.state().withEjection(ejection));
        ServiceInstance instance = node.instance();
        log.info("{}: {} is ejected for {}, {}", serviceName, instance, time, reason);
        listeners.tell(listener -> listener.ejected(serviceName, instance, time, reason));
        try {
            timers.put(node, scheduler.schedule(() -> control.execute(() -> ifOpen(() -> timeIsUp(node))), time));
        } catch (RuntimeException rejected) { // without a timer it would be out for ever
            log.warn("{}: the scheduler threw, ejections do not last", serviceName, rejected);
            forgive(node);
            readmit(node, "nobody measures the time");
        }
    }

    private void timeIsUp(Node node) {
        beginTrial(node);
        onChange.run();
    }

    private void beginTrial(Node node) {
        stopTimer(node);
        Ejection ejection = node.state().ejection();
        if (ejection != null) {
            node.state(node.state().withEjection(ejection.asTrial()));
            node.trial(new Trial(ticker.nanos(), true));
            node.forgive();
            log.info("{}: {} is tried again", serviceName, node);
        }
    }

    /** What took all out at once is over: whoever comes back first is not to bear the load of all until their time is up. */
    private void tryAllThatFailed() {
        for (Node node : members.get()) {
            Ejection ejection = node.state().ejection();
            if (ejection != null && !ejection.isStatistical() && !ejection.onTrial()) {
                beginTrial(node);
            }
        }
    }

    private void forgive(Node node) {
        node.forgive();
        watch.forget(node);
    }

    private void readmit(Node node, String reason) {
        boolean nobodyWasWell = Availability.of(members.get(), 0).well == 0;
        stopTimer(node);
        node.trial(null);
        node.state(node.state().withEjection(null));
        history(node).returned(ticker.nanos());
        warmUp.recovered(node);
        ServiceInstance instance = node.instance();
        log.info("{}: {} is back, {}", serviceName, instance, reason);
        listeners.tell(listener -> listener.readmitted(serviceName, instance));
        if (nobodyWasWell) {
            tryAllThatFailed();
        }
        onChange.run();
    }

    private void stopTimer(Node node) {
        Cancellable timer = timers.remove(node);
        if (timer != null) {
            timer.cancel();
        }
    }

    private EjectionHistory history(Node node) {
        return histories.computeIfAbsent(node, ejected -> new EjectionHistory(config));
    }
}
