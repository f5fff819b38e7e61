package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Ticker;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one with the least {@link ExpectedTime}, of all, or of some that are drawn where there are many. Now and then the one
 * that was not picked for longest, so that what is known of nobody grows too old.
 *
 * <p>One draw gives all that is random in a pick; a linear congruential generator stretches it.
 */
final class Adaptive implements Selector {

    /** Up to here all are looked at. */
    static final int MAX_SCANNED = 256;

    /** Of Knuth's MMIX. */
    private static final long MULTIPLIER = 6_364_136_223_846_793_005L;

    private static final long INCREMENT = 1_442_695_040_888_963_407L;

    /** More candidates than there can be; the precision of a time that is left is about 2^-28. */
    private static final int PLACES = 1 << 24;

    /** So that no time becomes infinite. */
    private static final double MAX_INVERSE_WEIGHT = 1e100;

    private final Candidate[] candidates;

    /** One over each weight relative to their mean; null where that is 1 for all. */
    private final double @Nullable [] inverseWeights;

    private final Ticker ticker;
    private final RandomGenerator random;
    private final ExpectedTime expectedTime;
    private final TypicalLatency typicalLatency;
    private final int looks;
    private final double jitter;
    private final long memoryNanos;

    /** Of 65,536 picks. */
    private final int explored;

    Adaptive(Candidates list, AdaptiveConfig config) {
        candidates = Copies.candidates(list);
        inverseWeights = Copies.haveEqualWeights(candidates) ? null : inverseWeights(Copies.weights(candidates));
        ticker = list.ticker();
        random = list.random();
        expectedTime = new ExpectedTime(config);
        looks = candidates.length <= MAX_SCANNED ? candidates.length : config.samples();
        jitter = config.jitter() * 0x1p-24;
        memoryNanos = config.memory().toNanos();
        explored = (int) Math.round(config.exploration() * (1 << 16));
        double known = list.previousSelector()
                .map(before -> before instanceof Adaptive adaptive ? adaptive.typicalLatency.nanos() : null)
                .orElse(TypicalLatency.UNKNOWN);
        typicalLatency = new TypicalLatency(candidates, known, ticker.nanos());
    }

    /** Relative to their mean, as it is not to matter whether they are 1 or 100. */
    private static double[] inverseWeights(double[] weights) {
        double largest = Arrays.stream(weights).max().orElseThrow();
        double mean = Arrays.stream(weights).map(weight -> weight / largest).sum() / weights.length;
        return Arrays.stream(weights)
                .map(weight -> Math.min(mean / (weight / largest), MAX_INVERSE_WEIGHT))
                .toArray();
    }

    @Override
    public Candidate select(PickRequest request) {
        return select(request, ticker.nanos());
    }

    @Override
    public Candidate select(PickRequest request, long now) {
        if (candidates.length == 1) {
            return candidates[0];
        }
        long bits = random.nextLong();
        double typical = typicalLatency.at(now, bits);
        if ((bits & 0xFFFF) < explored) {
            Candidate unused = leastRecentlyPicked(request, now, bits);
            if (unused != null) {
                return unused;
            }
        }
        Candidate fastest = fastest(now, typical, bits);
        if (isOffProbation(fastest) && fastest.admits(request)) {
            return fastest;
        }
        Candidate admitted = fastestAdmitted(request, now, typical, bits);
        return admitted != null ? admitted : fastest; // the balancer will see that nobody admits it
    }

    /**
     * Without a branch that depends on who is faster, as it would be guessed wrong about as often as right; the compiler makes
     * one of {@link Math#min} now and then. Positive numbers are in the same order as their bits, the last of which give way
     * to the place.
     */
    private Candidate fastest(long now, double typical, long bits) {
        long least = Long.MAX_VALUE;
        long draw = bits;
        for (int look = 0; look < looks; look++) {
            draw = draw * MULTIPLIER + INCREMENT;
            int place = place(look, draw);
            long time = Double.doubleToRawLongBits(time(place, now, typical, draw));
            long ahead = ((time & -PLACES) | place) - least; // both positive, so that this does not overflow
            least += ahead & (ahead >> 63);
        }
        return candidates[(int) least & (PLACES - 1)];
    }

    /** Those on probation that have their share of calls already only if nobody else is there who does not fail. */
    private @Nullable Candidate fastestAdmitted(PickRequest request, long now, double typical, long bits) {
        Candidate fastest = null;
        double leastTime = Double.POSITIVE_INFINITY;
        Candidate spare = null;
        double spareTime = Double.POSITIVE_INFINITY;
        boolean allFail = true;
        long draw = bits;
        for (int look = 0; look < looks; look++) {
            draw = draw * MULTIPLIER + INCREMENT;
            int place = place(look, draw);
            Candidate candidate = candidates[place];
            double time = time(place, now, typical, draw);
            if ((time >= leastTime && !allFail) || !candidate.admits(request)) {
                continue;
            }
            if (isOffProbation(candidate)) {
                allFail = allFail && candidate.failuresInARow() > 0;
                fastest = time < leastTime ? candidate : fastest;
                leastTime = Math.min(time, leastTime);
            } else if (time < spareTime) {
                spare = candidate;
                spareTime = time;
            }
        }
        return allFail && spareTime < leastTime ? spare : fastest;
    }

    /**
     * Of those whose failures are forgiven, that are not on probation with all the calls that they may have, and do not keep one
     * waiting: what there is to learn of those is on its way. If it does not come, they are tried again after the time of
     * memory.
     */
    private @Nullable Candidate leastRecentlyPicked(PickRequest request, long now, long bits) {
        Candidate chosen = null;
        long longest = -1;
        long draw = bits;
        for (int look = 0; look < looks; look++) {
            draw = draw * MULTIPLIER + INCREMENT;
            Candidate candidate = candidates[place(look, draw)];
            long unused = Math.max(0, now - candidate.lastPickNanos());
            if (unused > longest
                    && expectedTime.isForgiven(candidate, now)
                    && (unused >= memoryNanos || candidate.waitingNanos(now) == 0)
                    && isOffProbation(candidate)
                    && candidate.admits(request)) {
                chosen = candidate;
                longest = unused;
            }
        }
        return chosen;
    }

    private double time(int place, long now, double typical, long draw) {
        double inverseWeight = inverseWeights == null ? 1 : inverseWeights[place];
        double time = expectedTime.of(candidates[place], inverseWeight, now, typical);
        return time * (1 + jitter * ((draw >>> 8) & 0xFF_FFFF));
    }

    /** Whether it may have one call more, as far as it is on probation. */
    private static boolean isOffProbation(Candidate candidate) {
        return candidate.inFlight() < candidate.callsOnProbation();
    }

    private int place(int look, long draw) {
        return looks == candidates.length ? look : (int) (((draw >>> 32) * candidates.length) >>> 32);
    }
}
