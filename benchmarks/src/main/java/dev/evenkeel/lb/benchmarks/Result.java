package dev.evenkeel.lb.benchmarks;

/**
 * What one JVM measured.
 *
 * @param nanos of one call, as the measurement says
 * @param elapsedNanos of one call on average, waiting for a processor included
 * @param bytes allocated by one call
 */
record Result(double nanos, double elapsedNanos, double bytes) {}
