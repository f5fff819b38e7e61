package dev.evenkeel.lb.benchmarks.simulator;

/**
 * What is wrong with a server, and when.
 *
 * @param degree how much longer it takes, where it is slow; what share of its calls it fails, where it fails some
 * @param periodMillis how long it is ill and then well in turn, half of it each; 0 for ill all the time
 */
record Fault(Kind kind, Span when, double degree, long periodMillis) {

    static final Fault NONE = new Fault(Kind.SLOW, Span.NEVER, 1, 0);

    enum Kind {
        /** Every call takes longer. */
        SLOW,
        /** It takes calls in and begins none; those that came meanwhile are done afterwards. */
        STALLED,
        /** It takes calls in, and that is all. */
        SILENT,
        /** What is sent to it is lost, so that nobody even gets a connection. */
        UNREACHABLE,
        /** Its process is gone: connections are refused, and those that it had are lost. */
        REFUSING,
        /** It loses the connection when a call is done. */
        RESETTING,
        /** It fails every call, fast. */
        FAILING,
        /** It fails some of its calls, after the work. */
        FAILING_SOME,
        /** It answers every call at once, that it is none: wrong for all, as after a bad configuration. */
        REJECTING,
        /** It turns calls away, and asks for a pause. */
        BUSY
    }

    static Fault slow(double factor, Span when) {
        return new Fault(Kind.SLOW, when, factor, 0);
    }

    static Fault failingSome(double share, Span when) {
        return new Fault(Kind.FAILING_SOME, when, share, 0);
    }

    static Fault of(Kind kind, Span when) {
        return new Fault(kind, when, 1, 0);
    }

    /** The same, in turns. */
    Fault flapping(long everyMillis) {
        return new Fault(kind, when, degree, everyMillis);
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
