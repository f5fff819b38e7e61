package dev.evenkeel.lb.benchmarks.simulator;

/** From one second of the simulation to another. */
record Span(int from, int until) {

    static final Span NEVER = new Span(0, 0);

    static final Span ALWAYS = new Span(0, Integer.MAX_VALUE);

    long fromNanos() {
        return from * 1_000_000_000L;
    }

    long untilNanos() {
        return until * 1_000_000_000L;
    }

    int seconds() {
        return until - from;
    }

    boolean holds(long nanos) {
        return nanos >= fromNanos() && nanos < untilNanos();
    }

    @Override
    public String toString() {
        return from + "-" + until + " s";
    }
}
