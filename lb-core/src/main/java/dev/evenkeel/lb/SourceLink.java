package dev.evenkeel.lb;

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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subscription of one balancer to its source: brings what arrives into the control plane, keeps the last good list
 * when the source fails, and subscribes again after a growing, jittered delay when subscribing itself fails.
 */
final class SourceLink {

    /** Takes what the source delivers, inside the control plane. */
    interface Deliveries {
        /** Takes a list, or refuses it, and says why: null means that it has been taken. */
        @Nullable String list(List<ServiceInstance> instances);

        void left(String id);
    }

    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration LAST_RETRY = Duration.ofSeconds(30);

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final InstanceSource source;
    private final Ticker ticker;
    private final Scheduler scheduler;
    private final Executor executor;
    private final RandomGenerator random;
    private final SerialExecutor control;
    private final Deliveries deliveries;

    /** Belong to the control plane, like all that is not final and not volatile. */
    private @Nullable Sink sink;

    private @Nullable Cancellable retry;
    private int failedSubscriptions;
    private boolean closed;

    /** Whether the last list had nulls in it: a source that polls repeats its errors, the log does not. */
    private boolean hadNulls;

    /** Written by the control plane, read by snapshots. */
    private volatile @Nullable String failure;

    private volatile @Nullable Long lastList;

    SourceLink(
            String serviceName,
            InstanceSource source,
            Ticker ticker,
            Scheduler scheduler,
            Executor executor,
            RandomGenerator random,
            SerialExecutor control,
            Deliveries deliveries) {
        this.serviceName = serviceName;
        this.source = source;
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.executor = executor;
        this.random = random;
        this.control = control;
        this.deliveries = deliveries;
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

    private void noNews(String why) {
        String before = failure;
        failure = why;
        if (!why.equals(before)) {
            log.warn("{}: no news from the source, the last list stays in force: {}", serviceName, why);
        }
    }

    /** A random time between half of the doubled delay and all of it. */
    private Duration nextRetry() {
        long limit = FIRST_RETRY.toNanos() << Math.min(failedSubscriptions, 16);
        long delay = Math.min(limit, LAST_RETRY.toNanos());
        return Duration.ofNanos(delay / 2 + (long) (random.nextDouble() * delay / 2));
    }

    /** One subscription, and its end: what arrives later is ignored. */
    private final class Sink implements InstanceSink {

        private @Nullable Subscription subscription;
        private boolean ended;

        private void begin(Subscription begun) {
            subscription = begun;
            failedSubscriptions = 0;
            if (ended || closed) {
                end();
            }
        }

        private void subscribingFailed(Throwable thrown) {
            ended = true;
            failedSubscriptions++;
            noNews(Printable.of(thrown));
            if (!closed) {
                retry = scheduler.schedule(() -> executor.execute(SourceLink.this::subscribe), nextRetry());
            }
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
            List<ServiceInstance> copy;
            try {
                copy = Arrays.asList(instances.toArray(new ServiceInstance[0]));
            } catch (RuntimeException thrown) { // a null list, or one that is changed by others while it is read
                failed(thrown);
                return;
            }
            boolean hasNulls = copy.contains(null);
            List<ServiceInstance> listed =
                    hasNulls ? copy.stream().filter(Objects::nonNull).toList() : copy;
            ifActive(() -> {
                if (hasNulls && !hadNulls) {
                    log.warn("{}: the list has entries that are null, they are ignored", serviceName);
                }
                hadNulls = hasNulls;
                String refusal = deliveries.list(listed);
                if (refusal != null) {
                    noNews(refusal);
                    return;
                }
                lastList = ticker.nanos();
                if (failure != null) {
                    failure = null;
                    log.info("{}: the source delivers again", serviceName);
                }
            });
        }

        @Override
        public void left(String instanceId) {
            ifActive(() -> deliveries.left(instanceId));
        }

        @Override
        public void failed(Throwable cause) {
            ifActive(() -> noNews(Printable.of(cause)));
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
