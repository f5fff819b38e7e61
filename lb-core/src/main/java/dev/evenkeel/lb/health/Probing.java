package dev.evenkeel.lb.health;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Cancellable;
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
 * <p>All state is touched only inside the serial context. Probes themselves run on the executor, outside of it.
 */
final class Probing implements HealthMonitor, ProbeContext {

    private static final Logger log = LoggerFactory.getLogger(HealthProbe.class);

    private final HealthProbe probe;
    private final ProbeConfig config;
    private final HealthContext context;
    private final SerialExecutor serial;

    private final Set<Watch> watches = new HashSet<>();

    /** Watches whose probe is due and has to wait for a free place. */
    private final Queue<Watch> waiting = new ArrayDeque<>();

    private int underWay;

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
        return () -> serial.execute(watch::stop);
    }

    @Override
    public void close() {
        serial.execute(() -> Set.copyOf(watches).forEach(Watch::stop));
    }

    @Override
    public String serviceName() {
        return context.serviceName();
    }

    @Override
    public Duration timeout() {
        return config.timeout();
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

    /** One instance under watch. */
    private final class Watch {

        private final ServiceInstance instance;
        private final HealthReport report;
        private final RiseAndFall verdict = new RiseAndFall(config.rise(), config.fall());
        private @Nullable Cancellable timer;
        private @Nullable Attempt attempt;
        private boolean stopped;

        Watch(ServiceInstance instance, HealthReport report) {
            this.instance = instance;
            this.report = report;
        }

        private void begin() {
            watches.add(this);
            long phase = (long) (config.interval().toNanos() * context.random().nextDouble());
            dueAfter(Duration.ofNanos(phase));
        }

        private void stop() {
            stopped = true;
            watches.remove(this);
            waiting.remove(this);
            if (timer != null) {
                timer.cancel();
            }
            Attempt running = attempt;
            if (running != null) {
                running.end();
                running.abort();
            }
        }

        private void dueAfter(Duration delay) {
            try {
                timer = context.scheduler().schedule(() -> serial.execute(this::due), delay);
            } catch (RejectedExecutionException shutDown) {
                log.warn("{}: the scheduler is shut down, {} is not probed any more", serviceName(), instance);
            }
        }

        private void due() {
            if (stopped) {
                return;
            }
            if (underWay < config.maxConcurrent()) {
                launch();
            } else {
                waiting.add(this);
            }
        }

        private void launch() {
            Attempt launched = new Attempt(this);
            attempt = launched;
            underWay++;
            launched.launch();
        }

        private void answered(ProbeResult result) {
            saidUnanswered = false;
            HealthStatus before = verdict.status();
            HealthStatus after = verdict.answered(result.isWell());
            dueAfter(jittered(verdict.isSettled() ? config.interval() : config.unhealthyInterval()));
            if (after != before) {
                report.status(after, result.isWell() ? "probe passed" : "probe failed: " + result.reason());
            }
        }

        private void unanswered(String why) {
            if (!saidUnanswered) {
                saidUnanswered = true;
                log.warn("{}: {} could not be probed, it may not be the only one: {}", serviceName(), instance, why);
            }
            dueAfter(jittered(config.interval()));
        }
    }

    /** One probe under way. The first of answer, failure, time-out and stop ends it, the others are ignored. */
    private final class Attempt {

        private final Watch watch;
        private final FutureTask<@Nullable Void> task = new FutureTask<>(this::ask, null);
        private volatile @Nullable CompletionStage<ProbeResult> answer;
        private @Nullable Cancellable timer;
        private boolean started;
        private boolean ended;

        Attempt(Watch watch) {
            this.watch = watch;
        }

        private void launch() {
            timer = context.scheduler().schedule(this::timeUp, config.timeout());
            try {
                context.executor().execute(task);
            } catch (RejectedExecutionException rejected) {
                if (end()) {
                    watch.unanswered("the executor rejects probes");
                }
            }
        }

        /** On the executor, outside of the serial context. */
        private void ask() {
            serial.execute(this::start);
            try {
                CompletionStage<ProbeResult> given = probe.check(watch.instance, Probing.this);
                answer = given;
                given.whenComplete((result, failure) -> answered(result, failure));
            } catch (Throwable thrown) {
                answered(null, thrown);
                if (thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError)) {
                    throw thrown;
                }
            }
        }

        /** The clock of a probe starts when it runs: that our own executor is busy is not the instance's fault. */
        private void start() {
            if (!ended) {
                started = true;
                if (timer != null) {
                    timer.cancel();
                }
                timer = context.scheduler().schedule(this::timeUp, config.timeout());
            }
        }

        private void answered(@Nullable ProbeResult result, @Nullable Throwable failure) {
            ProbeResult known = result != null
                    ? result
                    : failure != null ? ProbeResult.sick(failure) : ProbeResult.sick("the probe answered null");
            serial.execute(() -> {
                if (end()) {
                    watch.answered(known);
                }
            });
        }

        private void timeUp() {
            serial.execute(() -> {
                if (!end()) {
                    return;
                }
                if (started) {
                    watch.answered(ProbeResult.sick("no answer within " + config.timeout()));
                } else {
                    watch.unanswered("the executor was busy for " + config.timeout());
                }
            });
            abort();
        }

        /** Whether this call ended the attempt. */
        private boolean end() {
            if (ended) {
                return false;
            }
            ended = true;
            if (timer != null) {
                timer.cancel();
            }
            watch.attempt = null;
            underWay--;
            startWaiting();
            return true;
        }

        /** Interrupts the probe, cancels its answer. */
        private void abort() {
            task.cancel(true);
            CompletionStage<ProbeResult> pending = answer;
            if (pending != null) {
                try {
                    pending.toCompletableFuture().cancel(true);
                } catch (RuntimeException unsupported) {
                    log.debug(
                            "{}: the answer of a probe cannot be cancelled: {}",
                            serviceName(),
                            Printable.of(unsupported));
                }
            }
        }
    }
}
