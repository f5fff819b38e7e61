package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever callers do: order, limits and bounds hold, nobody waits for nothing, and no lease is lost. */
class SlotQueueProperties {

    private static final PickRequest ONLY_ONE =
            PickRequest.builder().only(ONE.id()).build();

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final List<CompletableFuture<Lease>> plain = new ArrayList<>();
    private final List<CompletableFuture<Lease>> demanding = new ArrayList<>();
    private final List<Lease> held = new ArrayList<>();

    @Property(tries = 100)
    void holdForAnyHistory(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 3) int limit,
            @ForAll @IntRange(min = 1, max = 5) int max) {
        LoadBalancer orders = TestBalancers.builder(clock)
                .source(source)
                .maxInFlightPerInstance(limit)
                .queue(max, Duration.ofSeconds(10))
                .build();
        source.deliver(ONE, TWO);
        Random random = new Random(seed);
        for (int step = 0; step < 200; step++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> plain.add(orders.acquireAsync());
                case 2 -> demanding.add(orders.acquireAsync(ONLY_ONE));
                case 3 -> end(random);
                case 4 -> cancel(random);
                default -> clock.advance(Duration.ofMillis(random.nextInt(2_000)));
            }
            collect(plain);
            collect(demanding);
            assertThat(orders.snapshot().instances())
                    .allSatisfy(instance -> assertThat(instance.inFlight()).isLessThanOrEqualTo(limit));
            assertThat(orders.snapshot().inFlight()).isEqualTo(held.size());
            assertThat(orders.snapshot().waiting()).isLessThanOrEqualTo(max).isEqualTo(waiting());
            boolean isFull = held.size() == 2 * limit;
            assertThat(plain.isEmpty() || isFull).isTrue();
            boolean isOneFull = orders.snapshot().instance(ONE.id()).inFlight() == limit;
            assertThat(demanding.isEmpty() || isOneFull).isTrue();
        }
        while (!held.isEmpty() || waiting() > 0) {
            end(random);
            collect(plain);
            collect(demanding);
        }
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(orders.snapshot().waiting()).isZero();
        orders.close();
    }

    private int waiting() {
        return plain.size() + demanding.size();
    }

    /** Takes those that have their lease, who must be the first of their kind, and forgets those that have been refused. */
    private void collect(List<CompletableFuture<Lease>> calls) {
        calls.removeIf(CompletableFuture::isCompletedExceptionally);
        while (!calls.isEmpty() && calls.get(0).isDone()) {
            held.add(calls.remove(0).join());
        }
        assertThat(calls).allMatch(call -> !call.isDone());
    }

    private void end(Random random) {
        if (!held.isEmpty()) {
            held.remove(random.nextInt(held.size())).succeeded();
        }
    }

    private void cancel(Random random) {
        List<CompletableFuture<Lease>> calls = random.nextBoolean() ? plain : demanding;
        if (!calls.isEmpty()) {
            CompletableFuture<Lease> call = calls.get(random.nextInt(calls.size()));
            boolean cancelled = random.nextBoolean()
                    ? call.cancel(false)
                    : call.completeExceptionally(new TimeoutException("as orTimeout does"));
            assertThat(cancelled).isTrue();
        }
    }
}
