package dev.evenkeel.lb;

import dev.evenkeel.lb.concurrent.Fields;
import dev.evenkeel.lb.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a {@link Node} that every call reads or writes, and only those. The fields of a class come after those of the
 * class above it, so that these lie side by side, in little more than a cache line: among ten thousand instances a pick costs
 * as much as the cache lines that it touches.
 */
abstract sealed class TouchedFields permits CallCounts {

    static final VarHandle WORD = Fields.of(MethodHandles.lookup(), "word", long.class);
    static final VarHandle LAST_PICK = Fields.of(MethodHandles.lookup(), "lastPick", long.class);
    static final VarHandle OLDER_BEGUN = Fields.of(MethodHandles.lookup(), "olderBegun", long.class);
    static final VarHandle LATENCY = Fields.of(MethodHandles.lookup(), "latency", long.class);
    static final VarHandle LAST_ANSWER = Fields.of(MethodHandles.lookup(), "lastAnswer", long.class);
    static final VarHandle ANSWERS = Fields.of(MethodHandles.lookup(), "answers", int.class);

    /** How many calls may be in flight; moved by the ends of calls, if it adapts. */
    volatile int limit;

    /** See {@link CallWord}. */
    volatile long word;

    /** When the last call began, or this was made. Written without a fence: {@link #word} announces it. */
    volatile long lastPick;

    /** When the last call of the older generation began; like it. */
    volatile long olderBegun;

    // written without fences: each is right by itself, and none announces another

    /** In nanoseconds: 0 before the first sample, else at least 1. */
    volatile long latency;

    volatile long lastAnswer;

    /** Of answers at the same moment one may be missed. */
    volatile int answers;

    /**
     * The place among the candidates of the newest pool, written by the control plane. Not volatile, as ten thousand fences
     * would be most of the price of a change: a pick takes it for a hint, whatever it sees, and looks for itself in the
     * array of its pool.
     */
    int slot;

    final Ticker ticker;

    final @Nullable AdaptingLimit adaptingLimit;

    TouchedFields(InFlightLimit limit, Ticker ticker) {
        long now = ticker.nanos();
        this.limit = limit.first();
        this.adaptingLimit = limit.adapting(now);
        this.ticker = ticker;
        this.lastPick = now;
    }
}
