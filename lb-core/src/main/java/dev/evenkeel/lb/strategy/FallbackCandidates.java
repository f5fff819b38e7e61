package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.time.Ticker;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** The same candidates for the strategy behind another one, with the previous selector of that strategy. */
record FallbackCandidates(Candidates all, Optional<Selector> previousSelector) implements Candidates {

    @Override
    public int size() {
        return all.size();
    }

    @Override
    public Candidate get(int index) {
        return all.get(index);
    }

    @Override
    public Ticker ticker() {
        return all.ticker();
    }

    @Override
    public RandomGenerator random() {
        return all.random();
    }

    @Override
    public LongSupplier inFlight() {
        return all.inFlight();
    }

    @Override
    public Executor executor() {
        return all.executor();
    }
}
