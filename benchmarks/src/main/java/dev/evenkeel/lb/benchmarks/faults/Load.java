package dev.evenkeel.lb.benchmarks.faults;

import dev.evenkeel.lb.call.AttemptHistory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Calls at fixed times, whatever becomes of those before; a call takes as long as it does from when it was due. */
final class Load {

    private static final long LONGEST_SECONDS = 20;

    private final Collection<Done> calls = new ConcurrentLinkedQueue<>();
    private final long begun;
    private long latest;

    private Load(long begun) {
        this.begun = begun;
    }

    /** One call. */
    record Done(long due, long ended, @Nullable Throwable failure) {

        boolean failed() {
            return failure != null;
        }

        String reason() {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            return cause == null ? "none" : cause.getClass().getName();
        }

        List<AttemptHistory.Entry> attempts() {
            return failure == null ? List.of() : AttemptHistory.of(failure);
        }

        double millis() {
            return (ended - due) / 1e6;
        }
    }

    /** Returns when the last one has ended, or should have long ago. */
    static Load of(long begun, int perSecond, int seconds, Supplier<CompletableFuture<?>> call)
            throws InterruptedException {
        Load load = new Load(begun);
        List<CompletableFuture<?>> pending = new ArrayList<>();
        for (int i = 0; i < perSecond * seconds; i++) {
            long due = begun + TimeUnit.SECONDS.toNanos(i) / perSecond;
            for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            load.latest = Math.max(load.latest, System.nanoTime() - due);
            pending.add(
                    made(call).handle((answer, failure) -> load.calls.add(new Done(due, System.nanoTime(), failure))));
        }
        try {
            CompletableFuture.allOf(pending.toArray(CompletableFuture<?>[]::new))
                    .orTimeout(LONGEST_SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (RuntimeException notAll) {
            if (!(notAll.getCause() instanceof TimeoutException)) {
                throw notAll;
            }
        }
        long never = pending.stream().filter(made -> !made.isDone()).count();
        for (long i = 0; i < never; i++) {
            load.calls.add(new Done(begun, System.nanoTime(), new TimeoutException("never ended")));
        }
        return load;
    }

    private static CompletableFuture<?> made(Supplier<CompletableFuture<?>> call) {
        try {
            return call.get();
        } catch (RuntimeException | Error thrown) { // no thread is to be had, say
            return CompletableFuture.failedFuture(thrown);
        }
    }

    int size() {
        return calls.size();
    }

    /** How late a call was made, at most. */
    long latestNanos() {
        return latest;
    }

    List<Done> failed() {
        return calls.stream().filter(Done::failed).toList();
    }

    /** What calls failed with: how many with each kind, and what the first of them has to say. */
    List<String> reasons() {
        Map<String, List<Done>> byReason = failed().stream()
                .sorted(Comparator.comparingLong(Done::due))
                .collect(Collectors.groupingBy(Done::reason, TreeMap::new, Collectors.toList()));
        List<String> reasons = new ArrayList<>();
        byReason.forEach((reason, lost) -> {
            Done first = lost.get(0);
            reasons.add("%d by %s; the first was due at %.3f s, and took %.0f ms: %s"
                    .formatted(lost.size(), reason, (first.due() - begun) / 1e9, first.millis(), first.attempts()));
        });
        return reasons;
    }

    /** When the last call failed that did, in nanoseconds after this time; negative if before, or if none did. */
    long lastFailureAfter(long time) {
        return failed().stream().mapToLong(call -> call.ended() - time).max().orElse(-1);
    }

    double millis(double quantile) {
        double[] all = calls.stream().mapToDouble(Done::millis).sorted().toArray();
        return all[Math.min(all.length - 1, (int) (quantile * all.length))];
    }
}
