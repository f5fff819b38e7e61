package dev.evenkeel.lb.examples.support;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Users at work, from the start to the close, which waits for the calls in flight. */
public final class Load implements AutoCloseable {

    private static final int USERS_EACH = 3;
    private static final long PAUSE_MILLIS = 20;

    private final ScheduledThreadPoolExecutor threads;
    private final Map<Users, AtomicInteger> ended;

    private Load(List<Users> everybody) {
        this.threads = new ScheduledThreadPoolExecutor(everybody.size() * USERS_EACH);
        this.ended = everybody.stream().collect(Collectors.toMap(Function.identity(), users -> new AtomicInteger()));
    }

    /** Lets everybody call, and writes every call down when it has ended. */
    public static Load start(Stage stage, List<Users> everybody, Journal journal) {
        Load load = new Load(everybody);
        load.ended.forEach((users, count) -> {
            for (int i = 0; i < USERS_EACH; i++) {
                load.letCall(() -> {
                    journal.add(users.call(stage));
                    count.incrementAndGet();
                });
            }
        });
        return load;
    }

    /** How many calls have ended of the users who have made the fewest. */
    public int fewestCalls() {
        return ended.values().stream().mapToInt(AtomicInteger::get).min().orElse(0);
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
                threads.shutdownNow(); // a call that hangs fails now, and is written down as failed
                threads.awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException interrupted) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void letCall(Runnable call) {
        ScheduledFuture<?> unused = threads.scheduleWithFixedDelay(call, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
