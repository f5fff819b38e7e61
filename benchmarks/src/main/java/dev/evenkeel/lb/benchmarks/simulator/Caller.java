package dev.evenkeel.lb.benchmarks.simulator;

/** Whoever waits for a call, and hears of it once. */
interface Caller {

    /** How much work the call is, as a factor to the mean. */
    double work();

    /** From 0 to 1: it fails where so many do. */
    double luck();

    void answered();

    void failed();

    void timedOut();
}
