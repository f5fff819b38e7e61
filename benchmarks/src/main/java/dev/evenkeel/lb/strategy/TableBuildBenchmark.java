package dev.evenkeel.lb.strategy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The building of a table for sticky keys, which a change of the list sets off, on a thread of its own.
 *
 * <p>The floor is the bare filling of as many slots, in orders that are known beforehand.
 *
 * <p>Conditions: weights are equal, or go 1, 2, 3, 1, …
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TableBuildBenchmark { // not final: JMH derives from it

    @Param({"100", "1000", "10000"})
    public int n;

    private long[] hashes;
    private double[] equal;
    private double[] unequal;
    private int[] offsets;
    private int[] skips;
    private int size;

    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(1);
        size = MaglevTable.size(n);
        hashes = random.longs(n).toArray();
        offsets = random.ints(n, 0, size).toArray();
        skips = random.ints(n, 1, size).toArray();
        equal = new double[n];
        Arrays.fill(equal, 1);
        unequal = new double[n];
        Arrays.setAll(unequal, i -> 1 + i % 3);
    }

    @Benchmark
    public Object floor() {
        int[] slots = new int[size];
        Arrays.fill(slots, -1);
        int[] next = offsets.clone();
        for (int filled = 0, i = 0; filled < size; filled++, i = i + 1 < n ? i + 1 : 0) {
            int slot = next[i];
            while (slots[slot] >= 0) {
                slot += skips[i];
                slot -= slot >= size ? size : 0;
            }
            slots[slot] = i;
            next[i] = slot;
        }
        return slots;
    }

    @Benchmark
    public Object equalWeights() {
        return MaglevTable.of(hashes, equal);
    }

    @Benchmark
    public Object unequalWeights() {
        return MaglevTable.of(hashes, unequal);
    }
}
