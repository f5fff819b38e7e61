package dev.evenkeel.lb.benchmarks.simulator;

/**
 * A kind of server.
 *
 * @param workers how many calls it works on at once; the others wait in one queue, first come, first served
 * @param meanMillis how long a call of mean size takes
 * @param roundTripMillis what the network takes, there and back
 * @param errorShare what part of the calls it fails after having worked on them, at any time
 * @param joinsAt the second in which it joins
 */
record ServerModel(
        int workers, double meanMillis, double roundTripMillis, double errorShare, int joinsAt, Fault fault) {

    static ServerModel of(int workers, double meanMillis) {
        return new ServerModel(workers, meanMillis, 1, 0, 0, Fault.NONE);
    }

    ServerModel roundTripMillis(double millis) {
        return new ServerModel(workers, meanMillis, millis, errorShare, joinsAt, fault);
    }

    ServerModel errorShare(double share) {
        return new ServerModel(workers, meanMillis, roundTripMillis, share, joinsAt, fault);
    }

    ServerModel joinsAt(int second) {
        return new ServerModel(workers, meanMillis, roundTripMillis, errorShare, second, fault);
    }

    ServerModel fault(Fault changed) {
        return new ServerModel(workers, meanMillis, roundTripMillis, errorShare, joinsAt, changed);
    }

    /** Calls of mean size in a second, without a fault. */
    double capacity() {
        return workers * 1_000 / meanMillis;
    }

    long oneWayNanos() {
        return (long) (roundTripMillis * 500_000);
    }
}
