package dev.evenkeel.lb;

import dev.evenkeel.lb.admission.AnswerTimes;
import dev.evenkeel.lb.admission.Purse;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Tells of whatever is the pool at the moment. */
final class PoolCallContext implements CallContext {

    private final Ticker ticker;
    private final Scheduler scheduler;
    private final Executor executor;
    private final RandomGenerator random;
    private final Purse purse;
    private final AnswerTimes answerTimes;
    private final Supplier<Pool> pool;

    PoolCallContext(BalancerConfig config, Purse purse, Supplier<Pool> pool) {
        this.ticker = config.ticker();
        this.scheduler = config.callScheduler();
        this.executor = config.executor();
        this.random = config.random();
        this.purse = purse;
        this.answerTimes = new AnswerTimes(ticker.nanos());
        this.pool = pool;
    }

    @Override
    public Ticker ticker() {
        return ticker;
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public Executor executor() {
        return executor;
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Purse purse() {
        return purse;
    }

    @Override
    public AnswerTimes answerTimes() {
        return answerTimes;
    }

    @Override
    public int instances(PickRequest request) {
        AtomicInteger instances = new AtomicInteger();
        pool.get().forEach((node, state) -> {
            if (!state.draining() && node.suits(request)) {
                instances.incrementAndGet();
            }
        });
        return instances.get();
    }

    @Override
    public boolean hasOther(PickRequest request) {
        for (Node node : pool.get().candidates) {
            if (node.admits(request)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean keepsSession(String instanceId) {
        return pool.get().keeperOfSessions(instanceId) != null;
    }

    @Override
    public Duration leastLatency() {
        Node[] candidates = pool.get().candidates;
        long least = candidates.length == 0 ? 0 : Long.MAX_VALUE;
        for (Node node : candidates) {
            least = Math.min(least, node.latencyNanos());
        }
        return Duration.ofNanos(least);
    }
}
