package dev.evenkeel.lb;

import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.Candidates;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.time.Ticker;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a strategy is given to make a selector from. */
final class PoolCandidates implements Candidates {

    private final Node[] nodes;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Executor executor;
    private final Optional<Selector> previousSelector;
    private final InFlightTotal inFlight;

    /** False from when the strategy has answered. */
    private volatile boolean open = true;

    PoolCandidates(
            Node[] nodes,
            Ticker ticker,
            RandomGenerator random,
            Executor executor,
            @Nullable Selector previousSelector,
            InFlightTotal inFlight) {
        this.nodes = nodes;
        this.ticker = ticker;
        this.random = random;
        this.executor = executor;
        this.previousSelector = Optional.ofNullable(previousSelector);
        this.inFlight = inFlight;
    }

    @Override
    public int size() {
        return nodes.length;
    }

    @Override
    public Candidate get(int index) {
        return nodes[index];
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Executor executor() {
        return executor;
    }

    @Override
    public Optional<Selector> previousSelector() {
        return previousSelector;
    }

    @Override
    public LongSupplier inFlight() {
        if (!open) {
            throw new IllegalStateException("inFlight: asked for during a pick (expected: in newSelector)");
        }
        return inFlight.count(nodes);
    }

    /** The strategy has answered. */
    void close() {
        open = false;
    }

    @Override
    public String toString() {
        return Arrays.toString(nodes);
    }
}
