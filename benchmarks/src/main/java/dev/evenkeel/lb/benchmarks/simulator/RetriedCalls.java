package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One client whose calls are made by {@link BalancedCall}, at model servers in virtual time. The same plan and seed give the
 * same result.
 */
final class RetriedCalls {

    private static final String SERVICE = "servers";
    private static final long CONNECT_NANOS = 200_000_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final ProbeConfig PROBES = ProbeConfig.builder()
            .interval(Duration.ofMillis(200))
            .unhealthyInterval(Duration.ofMillis(200))
            .timeout(Duration.ofMillis(200))
            .rise(1)
            .fall(2)
            .build();

    private final Plan plan;
    private final Timeline timeline = new Timeline();
    private final List<Server> servers = new ArrayList<>();
    private final Draws draws;
    private final LoadBalancer balancer;

    private final Latencies latencies = new Latencies();

    /** When a call was first tried there, by server. */
    private final List<List<Long>> picks = new ArrayList<>();

    private long calls;
    private long attempts;
    private long lost;
    private long lastLost = -1;
    private double longest;
    private int[] failures = new int[0];

    /**
     * What is called, and how.
     *
     * @param work of an attempt, so that another one at the same server may be luckier
     * @param ill until its end is counted how many attempts fail at each server
     */
    record Plan(
            List<ServerModel> servers,
            double callsPerSecond,
            Span measured,
            Work work,
            Span ill,
            boolean probed,
            RetryPolicy retries,
            HedgePolicy hedging) {}

    private RetriedCalls(Plan plan, long seed) {
        this.plan = plan;
        this.draws = Draws.of(seed, 0);
        plan.servers().forEach(model -> {
            servers.add(new Server(model, timeline));
            picks.add(new ArrayList<>());
        });
        LoadBalancerBuilder builder = LoadBalancer.builder(SERVICE)
                .source(new Roster(plan.servers(), ListFault.NONE, timeline))
                .ticker(timeline)
                .wallClock(() -> Instant.EPOCH)
                .scheduler(timeline)
                .executor(Runnable::run)
                .random(Draws.of(seed, 1));
        if (plan.probed()) {
            builder.healthCheck(new ServerProbe(servers, timeline), PROBES);
        }
        this.balancer = builder.build();
    }

    static RetriedCalls of(Plan plan, long seed) {
        RetriedCalls run = new RetriedCalls(plan, seed);
        try {
            run.run();
        } finally {
            run.balancer.close();
        }
        return run;
    }

    private void run() {
        scheduleNextCall();
        timeline.runUntil(plan.ill().untilNanos());
        failures = failuresByServer();
        timeline.runUntil(plan.measured().untilNanos() + 2 * TIMEOUT.toNanos());
        if (balancer.snapshot().inFlight() != 0) {
            throw new IllegalStateException("in flight at the end: " + balancer.snapshot());
        }
    }

    private int[] failuresByServer() {
        int[] counts = new int[servers.size()];
        for (InstanceSnapshot instance : balancer.snapshot().instances()) {
            counts[Roster.place(instance.instance())] = (int) instance.failures();
        }
        return counts;
    }

    private void scheduleNextCall() {
        long gap = (long) (1e9 / plan.callsPerSecond() * draws.nextExponential());
        if (timeline.nanos() + gap < plan.measured().untilNanos()) {
            timeline.after(gap, this::call);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done at the end does not throw
    private void call() {
        scheduleNextCall();
        long begun = timeline.nanos();
        double luck = draws.nextDouble();
        CompletableFuture<?> answer = BalancedCall.to(balancer)
                .replay(Replay.ALWAYS)
                .retries(plan.retries())
                .hedging(plan.hedging())
                .timeout(TIMEOUT)
                .build()
                .executeAsync(attempt -> attempt(attempt, luck));
        if (!plan.measured().holds(begun)) {
            return;
        }
        calls++;
        answer.whenComplete((done, failure) -> ended(begun, failure));
    }

    private void ended(long begun, @Nullable Throwable failure) {
        long now = timeline.nanos();
        latencies.add(now - begun);
        longest = Math.max(longest, (now - begun) / 1e6);
        if (failure != null) {
            lost++;
            lastLost = now;
        }
    }

    private CompletableFuture<@Nullable Void> attempt(Attempt attempt, double luck) {
        attempts += plan.measured().holds(timeline.nanos()) ? 1 : 0;
        Waiting waiting = new Waiting(plan.work().draw(draws), luck, new CompletableFuture<>());
        Call call = new Call(attempt, waiting, timeline.nanos());
        int place = Roster.place(attempt.instance());
        if (attempt.number() == 1) {
            picks.get(place).add(timeline.nanos());
        }
        Server server = servers.get(place);
        timeline.after(server.model().oneWayNanos(), () -> server.receive(call));
        timeline.after(CONNECT_NANOS, call::giveUpConnecting);
        return waiting.answer();
    }

    /** The work of an attempt. */
    private record Waiting(double work, double luck, CompletableFuture<@Nullable Void> answer) implements Caller {

        @Override
        public void answered() {
            answer.complete(null);
        }

        @Override
        public void failed() {
            answer.completeExceptionally(new IOException("failed"));
        }

        @Override
        public void timedOut() {
            failed();
        }
    }

    long lost() {
        return lost;
    }

    /** How long after this time the last call was lost, in milliseconds; negative if before, or if none was. */
    double lastLostMillisAfter(long nanos) {
        return lost == 0 ? -1 : (lastLost - nanos) / 1e6;
    }

    double attemptsPerCall() {
        return (double) attempts / calls;
    }

    double millis(double quantile) {
        return latencies.quantile(quantile) / 1e6;
    }

    double longestMillis() {
        return longest;
    }

    /** How many attempts failed at one of the first servers, at most, before the end of what was wrong. */
    int mostFailures(int firstServers) {
        int most = 0;
        for (int place = 0; place < firstServers; place++) {
            most = Math.max(most, failures[place]);
        }
        return most;
    }

    /** How long after the begin of what was wrong the last of the first servers was shunned. */
    double millisUntilShunned(int firstServers) {
        long latest = 0;
        double fair = plan.callsPerSecond() / servers.size();
        for (int place = 0; place < firstServers; place++) {
            long[] picked = picks.get(place).stream()
                    .filter(plan.ill()::holds)
                    .mapToLong(Long::longValue)
                    .toArray();
            latest = Math.max(
                    latest,
                    Shunned.nanos(picked, plan.ill().fromNanos(), plan.ill().untilNanos(), fair));
        }
        return latest / 1e6;
    }
}
