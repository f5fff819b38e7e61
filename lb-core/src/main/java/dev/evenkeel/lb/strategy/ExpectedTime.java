package dev.evenkeel.lb.strategy;

/**
 * How long a call to a candidate will take until it has succeeded, if need be by trying again: one figure for latency,
 * calls in flight, weight and failures.
 *
 * <pre>
 * L    = (latency + typical * z) / (1 + z)     z = x + x^2 / 2, x = time since the last answer / memory
 * L'   = max(L, w)                             w = how long a call has been waiting, since the last answer
 * p    = (1 - share of failures) * 2^-k        k = min(failures in a row, 12) - time since the last / failure half time, >= 0
 * time = (L' * (in flight + 1) / weight + (1 - p) * 5 * typical) / p
 * </pre>
 *
 * <p>What is known of a candidate grows old: with time it is taken to be like the others, neither the best nor lost for
 * ever. A call that hangs shows before it ends. Weights are relative to their mean. Dividing by p is the number of tries
 * that a success takes, each failed one costing what five typical calls take.
 *
 * <p>Example: a typical latency of 10 ms; one that answers in 10 ms with three calls in flight: 40 ms. One that answers in
 * 50 ms and is idle: 50 ms. One that answered in 10 ms, but has failed once, just now: a share of 1/3, k = 1, p = 1/3;
 * (10 ms + 2/3 * 50 ms) / (1/3) = 130 ms.
 */
final class ExpectedTime {

    private static final int MAX_EXPONENT = 12;

    /** The price of a failed attempt, in typical latencies. */
    private static final double PRICE_OF_FAILURE = 5;

    /** One over the memory in nanoseconds: a product is cheaper than a quotient. */
    private final double perMemory;

    private final double failureHalfTimeNanos;

    ExpectedTime(AdaptiveConfig config) {
        perMemory = 1.0 / config.memory().toNanos();
        failureHalfTimeNanos = config.failureHalfTime().toNanos();
    }

    /** In nanoseconds: finite and more than zero. */
    double of(Candidate candidate, double inverseWeight, long now, double typical) {
        double latency = latency(candidate, now, typical);
        double time = latency * (candidate.inFlight() + 1.0) * inverseWeight;
        double failures = candidate.failureShare(now);
        return failures == 0 ? time : withFailures(time, candidate, failures, now, typical);
    }

    private double latency(Candidate candidate, long now, double typical) {
        long waiting = candidate.waitingNanos(now);
        long known = candidate.latencyNanos();
        if (known == 0) {
            return Math.max(typical, (double) waiting);
        }
        long age = Math.max(0, now - candidate.lastAnswerNanos());
        double x = age * perMemory;
        double z = x + x * x * 0.5;
        double latency = (known + typical * z) / (1 + z);
        double atLeast = (double) Math.min(waiting, age);
        return atLeast > latency ? atLeast : latency;
    }

    /** Whether the mistrust is gone that its last failures in a row have caused. */
    boolean isForgiven(Candidate candidate, long now) {
        return exponent(candidate, now) == 0;
    }

    private double withFailures(double time, Candidate candidate, double failures, long now, double typical) {
        double exponent = exponent(candidate, now);
        double success = (1 - failures) * halved(exponent);
        return (time + (1 - success) * PRICE_OF_FAILURE * typical) / success;
    }

    private double exponent(Candidate candidate, long now) {
        double healed = Math.max(0, now - candidate.lastFailureNanos()) / failureHalfTimeNanos;
        return Math.max(0, Math.min(candidate.failuresInARow(), MAX_EXPONENT) - healed);
    }

    /** 2 to the power of -times; straight between whole numbers. */
    private static double halved(double times) {
        int whole = (int) times;
        return Math.scalb(1 - (times - whole) / 2, -whole);
    }
}
