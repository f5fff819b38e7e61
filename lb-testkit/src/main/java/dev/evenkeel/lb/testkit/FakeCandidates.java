package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.strategy.Candidates;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.time.Ticker;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Candidates for tests of a strategy alone.
 *
 * <pre>{@code
 * FakeCandidates candidates = FakeCandidates.ofWeights(1, 2, 4);
 * Selector selector = strategy.newSelector(candidates);
 * candidates.get(0).inFlight(7);
 * }</pre>
 */
public final class FakeCandidates implements Candidates {

    private final List<FakeCandidate> candidates;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Executor executor;
    private final Optional<Selector> previous;

    private FakeCandidates(
            List<FakeCandidate> candidates,
            Ticker ticker,
            RandomGenerator random,
            Executor executor,
            Optional<Selector> previous) {
        this.candidates = candidates;
        this.ticker = ticker;
        this.random = random;
        this.executor = executor;
        this.previous = previous;
    }

    /**
     * Candidates for these instances, on a clock that stands still, with a fixed seed and an executor that runs everything
     * at once.
     */
    public static FakeCandidates of(List<ServiceInstance> instances) {
        return new FakeCandidates(
                instances.stream().map(FakeCandidate::new).toList(),
                () -> 0,
                new Random(42),
                Runnable::run,
                Optional.empty());
    }

    /** Candidates of these weights, the first at {@code 10.0.0.1:80}. */
    public static FakeCandidates ofWeights(double... weights) {
        return of(IntStream.range(0, weights.length)
                .mapToObj(i -> ServiceInstance.builder("10.0." + (i >> 8) + "." + (i & 0xff), 80)
                        .weight(weights[i])
                        .build())
                .toList());
    }

    /** This many candidates of weight 1. */
    public static FakeCandidates ofSize(int size) {
        double[] weights = new double[size];
        Arrays.fill(weights, 1);
        return ofWeights(weights);
    }

    /** The same candidates with this randomness. */
    public FakeCandidates withRandom(RandomGenerator other) {
        return new FakeCandidates(candidates, ticker, other, executor, previous);
    }

    /** The same candidates with this clock. */
    public FakeCandidates withTicker(Ticker other) {
        return new FakeCandidates(candidates, other, random, executor, previous);
    }

    /** The same candidates with this executor. */
    public FakeCandidates withExecutor(Executor other) {
        return new FakeCandidates(candidates, ticker, random, other, previous);
    }

    /** The same candidates for a selector that replaces this one. */
    public FakeCandidates replacing(Selector selector) {
        return new FakeCandidates(candidates, ticker, random, executor, Optional.of(selector));
    }

    /** The same without the candidate at this place. */
    public FakeCandidates without(int index) {
        List<FakeCandidate> others = IntStream.range(0, candidates.size())
                .filter(i -> i != index)
                .mapToObj(candidates::get)
                .toList();
        return new FakeCandidates(others, ticker, random, executor, previous);
    }

    @Override
    public int size() {
        return candidates.size();
    }

    @Override
    public FakeCandidate get(int index) {
        return candidates.get(index);
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
    public LongSupplier inFlight() {
        return () -> candidates.stream().mapToLong(FakeCandidate::inFlight).sum();
    }

    @Override
    public Executor executor() {
        return executor;
    }

    @Override
    public Optional<Selector> previousSelector() {
        return previous;
    }
}
