package dev.evenkeel.lb.benchmarks.simulator;

/**
 * A kind of server.
 *
 * @param workers how many calls it works on at once; the others wait in one queue, first come, first served
 * @param meanMillis how long a call of mean size takes
 * @param roundTripMillis what the network takes, there and back
 * @param errorShare what part of the calls it fails after having worked on them, at any time
 * @param listed when lists have it
 * @param away when it has said that it leaves, and has not come back
 */
record ServerModel(
        int workers,
        double meanMillis,
        double roundTripMillis,
        double errorShare,
        Span listed,
        Span away,
        Fault fault) {

    static ServerModel of(int workers, double meanMillis) {
        return new ServerModel(workers, meanMillis, 1, 0, Span.ALWAYS, Span.NEVER, Fault.NONE);
    }

    ServerModel roundTripMillis(double millis) {
        return new ServerModel(workers, meanMillis, millis, errorShare, listed, away, fault);
    }

    ServerModel errorShare(double share) {
        return new ServerModel(workers, meanMillis, roundTripMillis, share, listed, away, fault);
    }

    ServerModel joinsAt(int second) {
        return listed(new Span(second, Integer.MAX_VALUE));
    }

    ServerModel listed(Span when) {
        return new ServerModel(workers, meanMillis, roundTripMillis, errorShare, when, away, fault);
    }

    ServerModel away(Span when) {
        return new ServerModel(workers, meanMillis, roundTripMillis, errorShare, listed, when, fault);
    }

    ServerModel fault(Fault changed) {
        return new ServerModel(workers, meanMillis, roundTripMillis, errorShare, listed, away, changed);
    }

    /** Calls of mean size in a second, without a fault. */
    double capacity() {
        return workers * 1_000 / meanMillis;
    }

    long oneWayNanos() {
        return (long) (roundTripMillis * 500_000);
    }
}
