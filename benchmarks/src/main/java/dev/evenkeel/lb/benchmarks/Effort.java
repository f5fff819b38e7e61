package dev.evenkeel.lb.benchmarks;

/**
 * How carefully to measure.
 *
 * @param rounds how often everything is measured
 * @param isForked whether each measurement has a JVM of its own, without which the numbers mean nothing
 * @param warmUpMillis of what takes nanoseconds; what takes more gets four times as long, to be compiled as well
 * @param iterations how many times each JVM measures
 * @param iterationMillis how long each time
 */
record Effort(int rounds, boolean isForked, int warmUpMillis, int iterations, int iterationMillis) {

    /** For numbers to be quoted. */
    static final Effort FULL = new Effort(3, true, 500, 5, 100);

    /** To see that it runs, and the order of magnitude. */
    static final Effort QUICK = new Effort(1, true, 100, 1, 50);

    Effort withRounds(int other) {
        return new Effort(other, isForked, warmUpMillis, iterations, iterationMillis);
    }
}
