package dev.evenkeel.lb.health;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LocalFault;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks every instance again and again: each on a schedule of its own with a random phase, never two probes of one
 * instance at once, not more than the configured number in all.
 *
 * <p>Too many instances for that are sampled by making the interval longer, on average in proportion and each time at random: so
 * the sample is another one each time, and nobody is left out for ever. The sick and the doubtful, which have an interval of
 * their own, are sampled by themselves, so that they wait for each other only.
 *
 * <p>All state is touched only inside the serial context. Probes themselves run on the executor, outside of it.
 */
final class Probing implements HealthMonitor, ProbeContext {

    private static final Logger log = LoggerFactory.getLogger(HealthProbe.class);

    /** What is late by more than this part of the time-out was held up on our side. */
    private static final int LATE = 4;

    private final HealthProbe probe;
    private final ProbeConfig config;
    private final HealthContext context;
    private final SerialExecutor serial;

    private final Set<Watch> watches = new HashSet<>();

    /** Watches whose probe is due and has to wait for a free place. */
    private final Queue<Watch> waiting = new ArrayDeque<>();

    private int underWay;

    /** Set before the scheduler may be shut down, so that it is no news that it is. */
    private volatile boolean closed;

    /** How many of the watches are in a hurry. */
    private int urgent;

    /** Whether it has been said, since the last answer, that probes get none for reasons of our own. */
    private boolean saidUnanswered;

    Probing(HealthProbe probe, ProbeConfig config, HealthContext context) {
        this.probe = requireNonNull(probe, "probe");
        this.config = requireNonNull(config, "config");
        this.context = requireNonNull(context, "context");
        this.serial = new SerialExecutor(thrown -> log.error("{}: probing failed", serviceName(), thrown));
    }

    @Override
    public Tracker track(ServiceInstance instance, HealthReport report) {
        Watch watch = new Watch(instance, report);
        serial.execute(watch::begin);
        return watch;
    }

    @Override
    public void close() {
        closed = true;
        serial.execute(() -> {
            waiting.clear(); // before places become free
            Set.copyOf(watches).forEach(Watch::end);
        });
    }

    @Override
    public String serviceName() {
        return context.serviceName();
    }

    @Override
    public Scheduler scheduler() {
        return context.scheduler();
    }

    @Override
    public Duration timeout() {
        return config.timeout();
    }

    /** Null if there is no time any more. */
    private @Nullable Cancellable schedule(ServiceInstance instance, Runnable task, Duration delay) {
        try {
            return context.scheduler().schedule(task, delay);
        } catch (RejectedExecutionException shutDown) {
            if (!closed) {
                log.warn("{}: the scheduler is shut down, {} is not probed any more", serviceName(), instance);
            }
            return null;
        }
    }

    private void startWaiting() {
        while (underWay < config.maxConcurrent() && !waiting.isEmpty()) {
            waiting.remove().launch();
        }
    }

    private Duration jittered(Duration interval) {
        double factor = 1 + config.jitter() * (2 * context.random().nextDouble() - 1);
        return Duration.ofNanos((long) (interval.toNanos() * factor));
    }

    /** The interval if it is that of so many instances: never shorter than configured, and of the right length on average. */
    private Duration sampled(Duration interval, int instances) {
        if (instances <= config.sampleAbove()) {
            return interval;
        }
        double excess = (double) instances / config.sampleAbove() - 1;
        double factor = 1 + excess * 2 * context.random().nextDouble();
        return Duration.ofNanos((long) (interval.toNanos() * factor));
    }

    /** One instance under watch. */
    private final class Watch implements Tracker {

        private final HealthReport report;
        private final RiseAndFall verdict = new RiseAndFall(config.rise(), config.fall());
        private ServiceInstance instance;
        private @Nullable Cancellable timer;
        private @Nullable Attempt attempt;
        private boolean stopped;
        private boolean inAHurry;

        /** What calls had found when the last probe was due, and how many have been skipped since one was made. */
        private long successes;

        private long failures;
        private int skipped;

        /** The last answer may have been wrong. */
        private boolean inDoubt;

        Watch(ServiceInstance instance, HealthReport report) {
            this.instance = instance;
            this.report = report;
        }

        @Override
        public void changed(ServiceInstance to) {
            serial.execute(() -> instance = to);
        }

        @Override
        public void stop() {
            serial.execute(this::end);
        }

        private void begin() {
            watches.add(this);
            Duration interval = sampled(config.interval(), watches.size());
            dueAfter(Duration.ofNanos(
                    (long) (interval.toNanos() * context.random().nextDouble())));
        }

        private void end() {
            stopped = true;
            watches.remove(this);
            waiting.remove(this);
            hurry(false);
            if (timer != null) {
                timer.cancel();
            }
            if (attempt != null) {
                attempt.abandon();
            }
        }

        private void dueAfter(Duration delay) {
            timer = schedule(instance, () -> serial.execute(this::due), delay);
        }

        private void due() {
            if (stopped) {
                return;
            }
            if (callsProveItWell() && skipped < config.maxSkipped()) {
                skipped++;
                dueAgain();
                return;
            }
            skipped = 0;
            if (underWay < config.maxConcurrent()) {
                launch();
            } else {
                waiting.add(this);
            }
        }

        /** Calls that succeed in spite of its health check prove nothing: that one may know more. */
        private boolean callsProveItWell() {
            long successesBefore = successes;
            long failuresBefore = failures;
            successes = report.successes();
            failures = report.failures();
            return verdict.isSettled() && successes > successesBefore && failures == failuresBefore;
        }

        private void launch() {
            Attempt launched = new Attempt(this, instance);
            attempt = launched;
            underWay++;
            launched.launch();
        }

        private void answered(ProbeResult result) {
            saidUnanswered = false;
            HealthStatus before = verdict.status();
            HealthStatus after = verdict.answered(result.isWell());
            if (after != before) {
                report.status(after, result.isWell() ? "probe passed" : "probe failed: " + result.reason());
            }
        }

        private void unanswered(String why) {
            if (!saidUnanswered) {
                saidUnanswered = true;
                log.warn("{}: {} could not be probed, it may not be the only one: {}", serviceName(), instance, why);
            }
        }

        /** The attempt has given back its place. */
        private void settled() {
            attempt = null;
            if (stopped) {
                return;
            }
            if (inDoubt) {
                inDoubt = false;
                dueAfter(Duration.ZERO);
            } else {
                hurry(!verdict.isSettled() && verdict.status() != HealthStatus.UNKNOWN);
                dueAgain();
            }
        }

        private void hurry(boolean now) {
            if (inAHurry != now) {
                inAHurry = now;
                urgent += now ? 1 : -1;
            }
        }

        private void dueAgain() {
            dueAfter(jittered(
                    inAHurry
                            ? sampled(config.unhealthyInterval(), urgent)
                            : sampled(config.interval(), watches.size())));
        }
    }

    /**
     * One probe. The first of answer, failure, time-out and stop decides it, the others are ignored. It keeps its place until
     * the probe has returned its thread, too: so a probe that hangs takes up one thread and one place, not more and more.
     */
    private final class Attempt {

        private final Watch watch;
        private final ServiceInstance instance;
        private final FutureTask<@Nullable Void> task = new FutureTask<>(this::ask, null);
        private volatile @Nullable CompletionStage<ProbeResult> answer;
        private @Nullable Cancellable timer;

        /** When time will be up. */
        private long due;

        private boolean started;
        private boolean decided;
        private boolean returned;

        Attempt(Watch watch, ServiceInstance instance) {
            this.watch = watch;
            this.instance = instance;
        }

        private void launch() {
            startTimer();
            try {
                context.executor().execute(() -> {
                    try {
                        task.run();
                    } finally {
                        serial.execute(this::hasReturned);
                    }
                });
            } catch (Throwable rejected) { // for want of threads, too
                watch.unanswered("the executor rejects probes: " + Printable.of(rejected));
                returned = true;
                decide(null);
            }
        }

        /** On the executor, outside of the serial context. */
        private void ask() {
            serial.execute(this::start);
            try {
                CompletionStage<ProbeResult> given = probe.check(instance, Probing.this);
                answer = given;
                given.whenComplete((result, failure) -> answered(result, failure));
                if (task.isCancelled()) {
                    cancel(given); // by a time-out that came before there was anything to cancel
                }
            } catch (Throwable thrown) {
                answered(null, thrown);
            }
        }

        /** The clock of a probe starts when it runs: that our own executor is busy is not the instance's fault. */
        private void start() {
            if (!decided) {
                started = true;
                stopTimer();
                startTimer();
            }
        }

        private void startTimer() {
            due = context.ticker().nanos() + config.timeout().toNanos();
            timer = schedule(instance, this::timeUp, config.timeout());
        }

        private void answered(@Nullable ProbeResult result, @Nullable Throwable failure) {
            ProbeResult known;
            if (result != null) {
                known = result;
            } else {
                known = failure != null ? ProbeResult.sick(failure) : ProbeResult.sick("the probe answered null");
            }
            serial.execute(() -> decide(known));
        }

        private void timeUp() {
            serial.execute(() -> {
                if (decided) {
                    return;
                }
                if (started) {
                    decide(ProbeResult.sick("no answer within " + config.timeout()));
                } else {
                    watch.unanswered("the executor was busy for " + config.timeout());
                    decide(null);
                }
                abort();
            });
        }

        /** The watch has ended. */
        private void abandon() {
            if (!decided) {
                decide(null);
                abort();
            }
        }

        /** Null for no verdict. */
        private void decide(@Nullable ProbeResult result) {
            if (decided) {
                return;
            }
            decided = true;
            stopTimer();
            if (result != null && !watch.stopped) {
                weigh(result);
            }
            settleIfOver();
        }

        /**
         * A failure counts unless it is our own. As the timer ends a probe that gets no answer, one that ends much later than
         * that has met with a pause of this process: then it is asked again, at once.
         */
        private void weigh(ProbeResult result) {
            LocalFault fault = result.localFault();
            Duration late = Duration.ofNanos(context.ticker().nanos() - due);
            if (result.isWell()) {
                watch.answered(result);
            } else if (fault != null) {
                watch.unanswered(fault.reason());
            } else if (late.compareTo(config.timeout().dividedBy(LATE)) > 0) {
                watch.unanswered("this process did not run for " + late);
                watch.inDoubt = true;
            } else {
                watch.answered(result);
            }
        }

        private void hasReturned() {
            if (!returned) {
                returned = true;
                settleIfOver();
            }
        }

        private void settleIfOver() {
            if (decided && returned) {
                underWay--;
                watch.settled();
                startWaiting();
            }
        }

        private void stopTimer() {
            if (timer != null) {
                timer.cancel();
            }
        }

        /** Interrupts the probe and cancels its answer, which is user code: on the executor, if that takes anything. */
        private void abort() {
            task.cancel(true);
            CompletionStage<ProbeResult> pending = answer;
            if (pending != null) {
                try {
                    context.executor().execute(() -> cancel(pending));
                } catch (Throwable rejected) { // whatever it is: there may be others to abort
                    cancel(pending);
                }
            }
        }

        private void cancel(CompletionStage<ProbeResult> pending) {
            try {
                pending.toCompletableFuture().cancel(true);
            } catch (Throwable unsupported) {
                log.debug("{}: a probe cannot be cancelled: {}", serviceName(), Printable.of(unsupported));
            }
        }
    }
}
