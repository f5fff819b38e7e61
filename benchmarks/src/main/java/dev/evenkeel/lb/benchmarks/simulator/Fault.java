package dev.evenkeel.lb.benchmarks.simulator;

/**
 * What is wrong with a server, and when.
 *
 * @param factor how much longer it takes, where it is slow
 * @param periodMillis how long it is ill and then well in turn, half of it each; 0 for ill all the time
 */
record Fault(Kind kind, Span when, double factor, long periodMillis) {

    static final Fault NONE = new Fault(Kind.SLOW, new Span(0, 0), 1, 0);

    enum Kind {
        /** Every call takes longer. */
        SLOW,
        /** It takes calls in and begins none; those that came meanwhile are done afterwards. */
        STALLED,
        /** What is sent to it is lost. */
        SILENT,
        /** It fails every call, fast. */
        FAILING
    }

    static Fault slow(double factor, Span when) {
        return new Fault(Kind.SLOW, when, factor, 0);
    }

    static Fault of(Kind kind, Span when) {
        return new Fault(kind, when, 1, 0);
    }

    /** The same, in turns. */
    Fault flapping(long everyMillis) {
        return new Fault(kind, when, factor, everyMillis);
    }

    /** Whether the server is ill in this way then. */
    boolean is(Kind asked, long now) {
        if (kind != asked || !when.holds(now)) {
            return false;
        }
        long period = periodMillis * 1_000_000;
        return period == 0 || (now - when.fromNanos()) % period < period / 2;
    }

    /** How long it goes on from then, where it does. */
    long nanosLeft(long now) {
        long period = periodMillis * 1_000_000;
        long end = when.untilNanos() - now;
        return period == 0 ? end : Math.min(end, period / 2 - (now - when.fromNanos()) % period);
    }
}
