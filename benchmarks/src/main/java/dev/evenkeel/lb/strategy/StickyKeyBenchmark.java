package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.Nodes;
import dev.evenkeel.lb.request.PickRequest;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The selection by sticky key alone, for keys of 16 characters.
 *
 * <p>The floor is the bare keyed hash of the key, and the look-up: of one number for each instance, mixed with the hash,
 * the highest. That of the table is the hash and one look-up in an array of as many slots.
 *
 * <p>Conditions: equal weights, no instance is busy. There are 256 keys in turn, so that the branches of the look-up
 * cannot be learned by heart; the requests exist beforehand, as making them is not part of a pick, and
 * both read their keys from there, as reading what the caller wrote is not either.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StickyKeyBenchmark { // not final: JMH derives from it

    private static final int KEYS = 256;

    @Param({"3", "10", "100", "1000", "10000"})
    public int n;

    private final SipHash hash = SipHash.withSecret(SipHash.PUBLIC_SECRET);
    private final PickRequest[] requests = new PickRequest[KEYS];
    private long[] ids;
    private Object[] instances;
    private int[] slots;
    private Selector selector;
    private Selector byTable;
    private int turn;

    @Setup
    public void setUp() {
        for (int i = 0; i < KEYS; i++) {
            requests[i] = PickRequest.stickyTo(String.format("user-%011d", i * 7_919L));
        }
        ids = new long[n];
        instances = new Object[n];
        for (int i = 0; i < n; i++) {
            ids[i] = hash.hash("10.0.0." + i);
            instances[i] = "10.0.0." + i;
        }
        slots = new int[MaglevTable.size(n)];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = i % n;
        }
        selector = Nodes.selector(Strategies.stickyKey(Strategies.roundRobin()), n);
        byTable = Nodes.selector(Strategies.stickyKeyTable(Strategies.roundRobin()), n);
    }

    @Benchmark
    public Object floor() {
        long bits = hash.hash(nextKey());
        int highest = 0;
        long highestScore = -1;
        for (int i = 0; i < ids.length; i++) {
            long score = mix(bits ^ ids[i]) >>> 1;
            if (score > highestScore) {
                highest = i;
                highestScore = score;
            }
        }
        return instances[highest];
    }

    @Benchmark
    public @Nullable Object equalWeights() {
        return selector.select(requests[turn++ & KEYS - 1]);
    }

    @Benchmark
    public Object floorOfTable() {
        long bits = hash.hash(nextKey());
        return instances[slots[(int) ((bits >>> 1) % slots.length)]];
    }

    @Benchmark
    public @Nullable Object table() {
        return byTable.select(requests[turn++ & KEYS - 1]);
    }

    private String nextKey() {
        return requests[turn++ & KEYS - 1].stickyKey().orElseThrow();
    }

    private static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
