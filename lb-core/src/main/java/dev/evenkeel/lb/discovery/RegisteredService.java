package dev.evenkeel.lb.discovery;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.MapMaker;
import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service of an in-memory registry. All mutable state is touched only inside the serial context, in which the
 * subscribers are told, too: so each sees the changes in order, and the last list delivered is the current one.
 */
final class RegisteredService {

    static final Duration FOR_EVER = Duration.ZERO;

    /** What is less late than this, in nanoseconds, is what timers are. */
    private static final long LATE = 100_000_000;

    private static final Logger log = LoggerFactory.getLogger(InMemoryRegistry.class);

    private final String name;
    private final Ticker ticker;
    private final SerialExecutor serial;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Who registered an id last, also when it has expired: it alone may bring the id back. Gone with its registration. */
    private final Map<String, Entry> owners = new MapMaker().weakValues().makeMap();

    private final List<Subscriber> subscribers = new ArrayList<>();

    /** When the next time to live runs out, as the timers of the subscribers have it. */
    private long due;

    private boolean watching;

    /** Written in the serial context, read anywhere. */
    private volatile ImmutableList<ServiceInstance> alive = ImmutableList.of();

    RegisteredService(String name, Ticker ticker) {
        this.name = name;
        this.ticker = ticker;
        this.serial = new SerialExecutor(thrown -> log.warn("{}: a subscriber of the registry threw", name, thrown));
    }

    Registration register(ServiceInstance instance, Duration timeToLive) {
        Entry entry = new Entry(instance, timeToLive);
        serial.execute(entry::join);
        return entry;
    }

    void deregister(String instanceId) {
        serial.execute(() -> {
            Entry owner = owners.get(instanceId);
            if (owner != null) {
                owner.leave();
            }
        });
    }

    Subscription subscribe(InstanceSink sink) {
        Subscriber subscriber = new Subscriber(sink);
        serial.execute(subscriber::begin);
        return () -> serial.execute(subscriber::end);
    }

    ImmutableList<ServiceInstance> instances() {
        serial.execute(this::expire);
        return alive;
    }

    /** Takes out what has not given a sign of life in time, and tells everybody if there was any. */
    private void expire() {
        serial.assertInContext();
        long now = ticker.nanos();
        makeUpForPause(now);
        List<Entry> expired =
                entries.values().stream().filter(entry -> entry.isExpired(now)).toList();
        for (Entry entry : expired) {
            entries.remove(entry.instance.id());
            log.info("{}: {} gave no sign of life within {}", name, entry.instance, entry.timeToLive);
        }
        if (!expired.isEmpty()) {
            publish();
        }
    }

    /**
     * A timer that is late tells that this process did not run, so that it could not hear of anybody, and those in it could not
     * give signs of life. That time does not count, and as much again is for catching up.
     */
    private void makeUpForPause(long now) {
        long late = now - due;
        if (watching && late >= LATE) {
            watching = false; // what was late has been made up for
            entries.values().forEach(entry -> entry.lastSign += Math.min(2 * late, now - entry.lastSign));
            log.info(
                    "{}: this process did not run for {}, times to live are longer by that",
                    name,
                    Duration.ofNanos(late));
        }
    }

    private void publish() {
        alive = entries.values().stream().map(entry -> entry.instance).collect(ImmutableList.toImmutableList());
        tellAll(subscriber -> subscriber.sink.update(alive));
    }

    /** One subscriber that throws does not keep the news from the others. */
    private void tellAll(java.util.function.Consumer<Subscriber> news) {
        for (Subscriber subscriber : List.copyOf(subscribers)) {
            try {
                news.accept(subscriber);
            } catch (Throwable thrown) {
                log.warn("{}: a subscriber of the registry threw {}", name, Printable.of(thrown));
            }
        }
    }

    /** One registration; its state belongs to the serial context. */
    private final class Entry implements Registration {

        private final ServiceInstance instance;
        private final Duration timeToLive;

        /** Zero for good. */
        private final long timeToLiveNanos;

        private long lastSign;
        private boolean closed;

        Entry(ServiceInstance instance, Duration timeToLive) {
            this.instance = instance;
            this.timeToLive = timeToLive;
            this.timeToLiveNanos = timeToLive.toNanos();
        }

        @Override
        public ServiceInstance instance() {
            return instance;
        }

        @Override
        public void heartbeat() {
            serial.execute(() -> {
                if (closed) {
                    return;
                }
                long now = ticker.nanos();
                if (isExpired(now)) {
                    expire();
                }
                lastSign = now;
                if (entries.putIfAbsent(instance.id(), this) == null) {
                    publish();
                    watch();
                }
            });
        }

        @Override
        public void close() {
            serial.execute(this::leave);
        }

        boolean isExpired(long now) {
            return timeToLiveNanos > 0 && now - lastSign >= timeToLiveNanos;
        }

        private void join() {
            lastSign = ticker.nanos();
            Entry before = owners.put(instance.id(), this);
            if (before != null) {
                before.closed = true;
            }
            entries.put(instance.id(), this);
            publish();
            watch();
        }

        private void leave() {
            closed = true;
            owners.remove(instance.id(), this);
            if (entries.remove(instance.id(), this)) {
                tellAll(subscriber -> subscriber.sink.left(instance.id()));
                publish();
            }
        }

        private void watch() {
            if (timeToLiveNanos > 0) {
                subscribers.forEach(Subscriber::watch);
            }
        }
    }

    /** One subscription; its state belongs to the serial context. */
    private final class Subscriber {

        private final InstanceSink sink;
        private @Nullable Cancellable timer;
        private boolean ended;

        Subscriber(InstanceSink sink) {
            this.sink = sink;
        }

        private void begin() {
            subscribers.add(this);
            expire();
            sink.update(alive);
            watch();
        }

        private void end() {
            ended = true;
            subscribers.remove(this);
            watching = watching && !subscribers.isEmpty();
            stopWatching();
        }

        /** Wakes up when the next time to live runs out, as this subscriber counts time. */
        private void watch() {
            stopWatching();
            long now = ticker.nanos();
            long next = Long.MAX_VALUE;
            for (Entry entry : entries.values()) {
                if (entry.timeToLiveNanos > 0) {
                    next = Math.min(next, entry.timeToLiveNanos - (now - entry.lastSign));
                }
            }
            if (ended) {
                return;
            }
            watching = next != Long.MAX_VALUE;
            if (!watching) {
                return;
            }
            due = now + Math.max(next, 0);
            try {
                timer = sink.scheduler().schedule(this::wakeOnExecutor, Duration.ofNanos(Math.max(next, 0)));
            } catch (RejectedExecutionException stopped) {
                log.debug("{}: the scheduler of a subscriber has been shut down", name);
            }
        }

        /** The scheduler's thread is not for what the news may set off in the subscribers, unless there is no other. */
        private void wakeOnExecutor() {
            try {
                sink.executor().execute(() -> serial.execute(this::wake));
            } catch (Throwable rejected) { // for want of threads, too: nobody's time would run out any more
                serial.execute(this::wake);
            }
        }

        private void wake() {
            expire();
            watch();
        }

        private void stopWatching() {
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        }
    }
}
