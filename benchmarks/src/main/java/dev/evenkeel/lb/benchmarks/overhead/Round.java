package dev.evenkeel.lb.benchmarks.overhead;

import java.util.function.ToDoubleFunction;

/**
 * What the three ways of one client cost, one right after the other.
 *
 * @param plain the client as it is
 * @param floor with the least that a wrapper does
 * @param balanced with a balancer
 */
record Round(Slice plain, Slice floor, Slice balanced) {

    /** Of the balanced client to the plain one. */
    double ratio(ToDoubleFunction<Slice> measure) {
        return measure.applyAsDouble(balanced) / measure.applyAsDouble(plain);
    }

    /** Of the floor to the plain client. */
    double floorRatio(ToDoubleFunction<Slice> measure) {
        return measure.applyAsDouble(floor) / measure.applyAsDouble(plain);
    }

    double floorBytes() {
        return floor.bytes() - plain.bytes();
    }

    double balancedBytes() {
        return balanced.bytes() - plain.bytes();
    }
}
