package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Ticker;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A round robin whose weights follow what the instances report of their load ({@link ReportHistory}). Each reported weight
 * is divided by the median of all and kept from 0.1 to 10, so that no instance can draw in the whole traffic, or lose all
 * of it, by what it says. Where there is none, the mean stands for it.
 *
 * <p>Example, from the test that replays it; all configured weights are 1, the median is 200:
 *
 * <pre>
 *      rps   utilization   eps    reported              factor   of 2,800 picks
 * a    100   0.5             0    100 / 0.5   = 200     1          600
 * b    100   0.25            0    100 / 0.25  = 400     2        1,200
 * c    100   0.5            50    100 / (0.5 + 0.5)
 *                                             = 100     0.5        300
 * d    has not reported                                 1.167      700
 * </pre>
 *
 * <p>The schedule is immutable and derived from the one before. The first pick that finds it a second old makes the next
 * one, while the others go on with the old; should a second pick begin before the first is done, because that takes a
 * second, the one that is done first stands. No pick waits for another, and nothing but that one pick in a second
 * allocates.
 */
final class ReportedWeights implements Selector {

    /** How old a schedule may become: often enough to follow a server, too seldom to cost anything (A58). */
    static final long UPDATE_NANOS = 1_000_000_000L;

    /** How far a reported weight may be from the median, as a factor in both directions. */
    static final double MAX_FACTOR = 10;

    private static final AtomicReferenceFieldUpdater<ReportedWeights, Schedule> SCHEDULE =
            AtomicReferenceFieldUpdater.newUpdater(ReportedWeights.class, Schedule.class, "schedule");

    private final Candidate[] candidates;
    private final Ticker ticker;
    final Rotation rotation;

    /** When somebody last set out to make a schedule. */
    private final AtomicLong updated;

    /** Replaced as a whole, by the pick that has set out to. */
    private volatile Schedule schedule;

    ReportedWeights(Candidates list) {
        candidates = Copies.candidates(list);
        ticker = list.ticker();
        ReportedWeights previous =
                list.previousSelector().orElse(null) instanceof ReportedWeights reported ? reported : null;
        rotation = previous != null ? previous.rotation : new Rotation(list.random());
        long now = ticker.nanos();
        updated = new AtomicLong(now);
        schedule = schedule(candidates, histories(candidates, previous, now), now);
    }

    /** Survivors keep what is known of them. */
    private static ReportHistory[] histories(Candidate[] candidates, @Nullable ReportedWeights previous, long now) {
        IdentityHashMap<Candidate, ReportHistory> known = new IdentityHashMap<>();
        if (previous != null) {
            ReportHistory[] before = previous.schedule.histories;
            for (int i = 0; i < before.length; i++) {
                known.put(previous.candidates[i], before[i]);
            }
        }
        ReportHistory beginning = ReportHistory.beginning(now);
        return Arrays.stream(candidates)
                .map(candidate -> known.getOrDefault(candidate, beginning))
                .toArray(ReportHistory[]::new);
    }

    @Override
    public Candidate select(PickRequest request) {
        long now = ticker.nanos();
        long last = updated.get();
        if (now - last >= UPDATE_NANOS && updated.compareAndSet(last, now)) {
            Schedule old = schedule;
            SCHEDULE.compareAndSet(this, old, schedule(candidates, old.histories, now));
        }
        return schedule.turns.next(rotation);
    }

    private static Schedule schedule(Candidate[] candidates, ReportHistory[] before, long now) {
        ReportHistory[] histories = new ReportHistory[before.length];
        double[] weights = new double[before.length];
        for (int i = 0; i < before.length; i++) {
            histories[i] = before[i].with(candidates[i].lastReport());
            weights[i] = histories[i].weight(now);
        }
        double[] factors = factors(weights);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.min(candidates[i].weight() * factors[i], Double.MAX_VALUE);
        }
        return new Schedule(histories, TurnOrder.of(candidates, weights));
    }

    /** From reported weights, 0 for none, to factors of the configured ones. All 1 where fewer than two are reported. */
    static double[] factors(double[] reported) {
        double[] factors = new double[reported.length];
        double[] known =
                Arrays.stream(reported).filter(weight -> weight > 0).sorted().toArray();
        if (known.length < 2) {
            Arrays.fill(factors, 1);
            return factors;
        }
        double median = known[(known.length - 1) / 2]; // the lower one of two, as it is too much that is dangerous
        double sum = 0;
        for (int i = 0; i < factors.length; i++) {
            if (reported[i] > 0) {
                factors[i] = Math.max(1 / MAX_FACTOR, Math.min(reported[i] / median, MAX_FACTOR));
                sum += factors[i];
            }
        }
        for (int i = 0; i < factors.length; i++) {
            if (factors[i] == 0) {
                factors[i] = sum / known.length;
            }
        }
        return factors;
    }

    @Override
    public String toString() {
        return "weighted by report over " + Arrays.toString(candidates);
    }

    /** What is known of each candidate, and what follows from it for the picks until the next update. Immutable. */
    private static final class Schedule {

        private final ReportHistory[] histories;
        private final TurnOrder turns;

        Schedule(ReportHistory[] histories, TurnOrder turns) {
            this.histories = histories;
            this.turns = turns;
        }
    }
}
