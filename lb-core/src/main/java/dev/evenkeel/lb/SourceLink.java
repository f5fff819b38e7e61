package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.RetryDelay;
import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.discovery.Subscription;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscription of one balancer to its source: brings what arrives over the border into the control plane, keeps the last
 * good list when the source fails, and subscribes again after a growing, jittered delay when subscribing itself fails.
 */
final class SourceLink {

    /** Takes what the source delivers, inside the control plane. */
    interface Deliveries {
        /** Takes a list, or refuses it, and says why: null means that it has been taken. */
        @Nullable String list(List<ServiceInstance> instances);

        /** Takes out a member. Returns whether there was one. */
        boolean left(String id);
    }

    private static final Duration FIRST_RETRY = Duration.ofMillis(200);

    /** With jitter, less than 60 attempts in the first hour of an outage, and soon back after a short one. */
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(2);

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final InstanceSource source;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final Executor executor;
    private final RandomGenerator random;
    private final ListBorder border;
    private final SerialExecutor control;
    private final Deliveries deliveries;

    /** Belong to the control plane, like all that is not final and not volatile. */
    private @Nullable Sink sink;

    private final RetryDelay retryDelay;
    private @Nullable Cancellable retry;
    private boolean closed;

    /** The last list, and when it came; null after a failure, as what a failing source said is no more confirmed by time. */
    private @Nullable Delivery last;

    /** Those who have left of their own will since the last list, which may name them. */
    private final Set<String> leftSince = new HashSet<>();

    /** A source that polls repeats its faults, the log does not. */
    private final LogBudget failureLines;

    private final LogBudget ignoredLines;
    private boolean failureLogged;
    private @Nullable String ignoredWhy;

    /** Written by the control plane, read by snapshots. */
    private volatile @Nullable String failure;

    private volatile @Nullable Long lastList;
    private volatile int ignoredEntries;

    private record Delivery(List<ServiceInstance> instances, long at) {

        Delivery without(Set<String> ids) {
            return new Delivery(
                    instances.stream()
                            .filter(instance -> !ids.contains(instance.id()))
                            .toList(),
                    at);
        }
    }

    SourceLink(
            String serviceName,
            InstanceSource source,
            Ticker ticker,
            Scheduler scheduler,
            Executor executor,
            RandomGenerator random,
            ListBorder border,
            SerialExecutor control,
            Deliveries deliveries) {
        this.serviceName = serviceName;
        this.source = source;
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.executor = executor;
        this.random = random;
        this.border = border;
        this.control = control;
        this.deliveries = deliveries;
        this.retryDelay = new RetryDelay(FIRST_RETRY, LONGEST_RETRY, random);
        this.failureLines = new LogBudget(ticker);
        this.ignoredLines = new LogBudget(ticker);
    }

    /** Subscribes, on this thread and outside of the control plane: what a source does there may take its time. */
    void subscribe() {
        Sink attempt = new Sink();
        control.execute(() -> sink = closed ? null : attempt);
        try {
            Subscription subscription = source.subscribe(attempt);
            control.execute(() -> attempt.begin(subscription));
        } catch (Throwable thrown) {
            control.execute(() -> attempt.subscribingFailed(thrown));
        }
    }

    /** Delivers the last list again, without those who have left, unless the source has failed since. In the control plane. */
    void deliverAgain() {
        control.assertInContext();
        Delivery again = last;
        if (again != null && !closed) {
            take(leftSince.isEmpty() ? again : again.without(leftSince));
        }
    }

    /** In the control plane. */
    void close() {
        control.assertInContext();
        closed = true;
        if (retry != null) {
            retry.cancel();
        }
        Sink current = sink;
        sink = null;
        if (current != null) {
            current.end();
        }
    }

    /** Why there is no news at the moment, or null. */
    @Nullable String failure() {
        return failure;
    }

    /** How old the list in force is, or null before the first one. */
    @Nullable Duration listAge() {
        Long last = lastList;
        return last == null ? null : Duration.ofNanos(Math.max(0, ticker.nanos() - last));
    }

    /** How many entries of the last list were not fit to be let in. */
    int ignoredEntries() {
        return ignoredEntries;
    }

    private void take(Delivery delivery) {
        last = delivery;
        leftSince.clear();
        String refusal = deliveries.list(delivery.instances());
        if (refusal != null) {
            noNews(refusal);
            return;
        }
        lastList = delivery.at();
        failure = null;
        if (failureLogged) {
            failureLogged = false;
            log.info("{}: the source delivers again", serviceName);
        }
    }

    private void failed(Throwable thrown) {
        last = null;
        leftSince.clear();
        noNews(Printable.of(thrown));
    }

    private void noNews(String why) {
        String before = failure;
        failure = why;
        if (!why.equals(before) && failureLines.take()) {
            failureLogged = true;
            log.warn("{}: the last good list stays in force: {}", serviceName, why);
        }
    }

    private void ignored(int entries, @Nullable String why) {
        ignoredEntries = entries;
        if (why != null && !why.equals(ignoredWhy) && ignoredLines.take()) {
            log.warn("{}: {} entries of the list are ignored, for instance: {}", serviceName, entries, why);
        }
        ignoredWhy = why;
    }

    /** Tries again later, unless it is closed. */
    private void subscribingFailed(Throwable thrown) {
        if (!closed) {
            failed(thrown);
            retry = scheduler.schedule(this::subscribeOnExecutor, retryDelay.next());
        }
    }

    private void subscribeOnExecutor() {
        try {
            executor.execute(this::subscribe);
        } catch (Throwable rejected) { // for want of threads, too
            control.execute(() -> subscribingFailed(rejected));
        }
    }

    /** One subscription, and its end: what arrives later is ignored. */
    private final class Sink implements InstanceSink {

        private @Nullable Subscription subscription;
        private boolean ended;

        private void begin(Subscription begun) {
            subscription = begun;
            retryDelay.reset();
            if (ended || closed) {
                end();
            }
        }

        private void subscribingFailed(Throwable thrown) {
            ended = true;
            SourceLink.this.subscribingFailed(thrown);
        }

        private void end() {
            ended = true;
            Subscription begun = subscription;
            if (begun != null) {
                try {
                    begun.close();
                } catch (Throwable thrown) {
                    log.warn("{}: ending the subscription failed: {}", serviceName, Printable.of(thrown));
                }
            }
        }

        @Override
        public void update(List<ServiceInstance> instances) {
            ListBorder.Admitted admitted;
            try {
                admitted = border.admit(instances);
            } catch (Throwable thrown) { // a null list, or one that is changed by others while it is read
                failed(thrown);
                return;
            }
            ifActive(() -> {
                ignored(admitted.ignored(), admitted.why());
                take(new Delivery(admitted.instances(), ticker.nanos()));
            });
        }

        @Override
        public void left(String instanceId) {
            if (instanceId == null) {
                failed(new NullPointerException("instanceId"));
                return;
            }
            ifActive(() -> {
                if (deliveries.left(instanceId)) {
                    leftSince.add(instanceId);
                }
            });
        }

        @Override
        public void failed(Throwable cause) {
            Throwable known = cause == null ? new NullPointerException("cause") : cause;
            ifActive(() -> SourceLink.this.failed(known));
        }

        private void ifActive(Runnable change) {
            control.execute(() -> {
                if (!ended && sink == this) {
                    change.run();
                }
            });
        }

        @Override
        public String serviceName() {
            return serviceName;
        }

        @Override
        public Ticker ticker() {
            return ticker;
        }

        @Override
        public Scheduler scheduler() {
            return scheduler;
        }

        @Override
        public Executor executor() {
            return executor;
        }

        @Override
        public RandomGenerator random() {
            return random;
        }
    }
}
