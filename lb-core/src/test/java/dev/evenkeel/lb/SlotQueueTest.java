package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SlotQueueTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();

    private final LoadBalancer orders = TestBalancers.builder(clock)
            .source(source)
            .maxInFlightPerInstance(1)
            .queue(3, SECOND)
            .build();

    @Test
    void servesInTheOrderOfArrival() {
        source.deliver(ONE);
        Lease first = orders.acquire();
        CompletableFuture<Lease> second = orders.acquireAsync();
        CompletableFuture<Lease> third = orders.acquireAsync();
        assertThat(second).isNotDone();
        assertThat(orders.snapshot().waiting()).isEqualTo(2);

        first.succeeded();
        assertThat(second).isCompleted();
        assertThat(third).isNotDone();
        second.join().succeeded();
        third.join().succeeded();
        assertThat(orders.snapshot().waiting()).isZero();
        assertThat(orders.snapshot().inFlight()).isZero();
    }

    @Test
    void whoComesLaterDoesNotOvertake() {
        source.deliver(ONE);
        Lease first = orders.acquire();
        CompletableFuture<Lease> waiting = orders.acquireAsync();
        source.deliver(ONE, TWO); // which serves the one that waits
        assertThat(waiting).isCompleted();
        CompletableFuture<Lease> later = orders.acquireAsync();
        assertThat(later).isNotDone();
        first.succeeded();
        assertThat(later).isCompleted();
    }

    @Test
    void refusesAtOnceWhenItIsFull() {
        source.deliver(ONE);
        orders.acquire();
        for (int i = 0; i < 3; i++) {
            assertThat(orders.acquireAsync()).isNotDone();
        }
        assertThat(orders.acquireAsync())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(PoolSaturatedException.class)
                .withMessageContaining("3 calls wait already");
        assertThat(orders.snapshot().waiting()).isEqualTo(3);
    }

    @Test
    void refusesWhatHasWaitedForItsTime() {
        source.deliver(ONE);
        Lease held = orders.acquire();
        CompletableFuture<Lease> waiting = orders.acquireAsync();
        CompletableFuture<Lease> inAHurry = orders.acquireAsync(
                PickRequest.builder().maxWait(Duration.ofMillis(100)).build());
        clock.advance(Duration.ofMillis(101));
        assertThat(inAHurry).isCompletedExceptionally();
        assertThat(waiting).isNotDone();
        clock.advance(SECOND);
        assertThat(waiting)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(PoolSaturatedException.class)
                .withMessageContaining("it has waited for PT1S");
        held.succeeded();
        assertThat(orders.snapshot().inFlight()).isZero();
    }

    @Test
    void refusesAtOnceWhatCouldNotBeServedInTime() {
        source.deliver(ONE);
        Lease current = orders.acquire();
        CompletableFuture<Lease> next = orders.acquireAsync();
        clock.advance(Duration.ofMillis(400));
        current.succeeded(); // so that the pace is 400 ms
        Lease held = next.join();

        CompletableFuture<Lease> one = orders.acquireAsync();
        CompletableFuture<Lease> two = orders.acquireAsync(); // 400 ms before it
        CompletableFuture<Lease> three = orders.acquireAsync(
                PickRequest.builder().maxWait(Duration.ofMillis(700)).build()); // 800 ms before it
        assertThat(one).isNotDone();
        assertThat(two).isNotDone();
        assertThat(three)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining("it would have to wait for about PT0.8S");
        held.succeeded();
        one.join().succeeded();
        two.join().succeeded();
    }

    @Test
    void theFirstAlwaysWaitsSoThatThePaceIsSeenToRecover() {
        source.deliver(ONE);
        Lease slow = orders.acquire();
        CompletableFuture<Lease> next = orders.acquireAsync();
        clock.advance(Duration.ofMillis(900));
        slow.succeeded();
        Lease held = next.join();
        CompletableFuture<Lease> first = orders.acquireAsync(
                PickRequest.builder().maxWait(Duration.ofMillis(10)).build());
        assertThat(first).isNotDone();
        held.succeeded();
        assertThat(first).isCompleted();
    }

    @Test
    void aCallThatMayNotUseTheFreePlaceLetsOthersPass() {
        source.deliver(ONE, TWO);
        Lease onOne = orders.acquire(PickRequest.builder().only(ONE.id()).build());
        Lease onTwo = orders.acquire(PickRequest.builder().only(TWO.id()).build());
        CompletableFuture<Lease> onlyOne =
                orders.acquireAsync(PickRequest.builder().only(ONE.id()).build());
        CompletableFuture<Lease> any = orders.acquireAsync();
        onTwo.succeeded();
        assertThat(onlyOne).isNotDone();
        assertThat(any.join().instance()).isEqualTo(TWO);
        onOne.succeeded();
        assertThat(onlyOne.join().instance()).isEqualTo(ONE);
    }

    @Test
    void whoGivesUpGetsNoLeaseAndLeavesNoGap() {
        source.deliver(ONE);
        Lease held = orders.acquire();
        CompletableFuture<Lease> givesUp = orders.acquireAsync();
        CompletableFuture<Lease> next = orders.acquireAsync();
        givesUp.cancel(true);
        assertThat(orders.snapshot().waiting()).isEqualTo(1);
        held.succeeded();
        next.join().succeeded();
        assertThat(orders.snapshot().instances().get(0).picks()).isEqualTo(2);
    }

    /** As orTimeout does, and whoever completes the future himself. */
    @Test
    void howeverACallerGivesUpItLeavesNoGap() {
        source.deliver(ONE);
        Lease held = orders.acquire();
        CompletableFuture<Lease> givesUp = orders.acquireAsync();
        CompletableFuture<Lease> goesOn = orders.acquireAsync();
        givesUp.completeExceptionally(new TimeoutException("made up"));
        goesOn.complete(held);
        assertThat(orders.snapshot().waiting()).isZero();
        held.succeeded();
        assertThat(orders.snapshot().instances().get(0).picks()).isEqualTo(1);
    }

    /** The scheduler was shut down before the balancer, for instance. */
    @Test
    void nobodyWaitsForEverThoughTimersAreLost() {
        LoadBalancer timeless = TestBalancers.builder(clock)
                .scheduler((task, delay) -> () -> {})
                .instances("10.0.0.1:80")
                .maxInFlightPerInstance(1)
                .queue(3, SECOND)
                .build();
        Lease held = timeless.acquire();
        CompletableFuture<Lease> late = timeless.acquireAsync();
        clock.advance(SECOND.plusMillis(1));
        CompletableFuture<Lease> inTime = timeless.acquireAsync();
        held.succeeded();
        assertThat(late).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("it has waited for PT1S");
        inTime.join().succeeded();

        Lease again = timeless.acquire();
        CompletableFuture<Lease> atTheEnd = timeless.acquireAsync();
        clock.advance(SECOND.plusMillis(1));
        timeless.close();
        assertThat(atTheEnd).isCompletedExceptionally();
        again.succeeded();
    }

    @Test
    void failsWithThePoolAndWithTheBalancer() {
        source.deliver(ONE);
        orders.acquire();
        CompletableFuture<Lease> waiting = orders.acquireAsync();
        source.sink().left(ONE.id());
        assertThat(waiting)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(NoInstanceAvailableException.class);
        source.deliver(ONE, TWO);
        orders.acquire();
        CompletableFuture<Lease> atTheEnd = orders.acquireAsync();
        assertThat(atTheEnd).isNotDone();
        orders.close();
        assertThat(atTheEnd)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void whoWaitedForTheFirstListMayWaitForAPlace() {
        List<CompletableFuture<Lease>> early = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            early.add(orders.acquireAsync());
        }
        source.deliver(ONE);
        assertThat(early.get(0)).isCompleted();
        assertThat(early.get(1)).isNotDone();
        early.get(0).join().succeeded();
        early.get(1).join().succeeded();
        early.get(2).join().succeeded();
    }

    @Test
    void noInstanceIsNothingToWaitFor() {
        source.deliver(ONE);
        orders.acquire();
        assertThat(orders.acquireAsync(
                        PickRequest.builder().requireMetadata("version", "2").build()))
                .isCompletedExceptionally();
    }

    @Test
    void isRefusedWhenItMakesNoSense() {
        LoadBalancerBuilder builder = LoadBalancer.builder("orders");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.queue(0, SECOND))
                .withMessage("maxWaiting: 0 (expected: >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.queue(1, Duration.ZERO))
                .withMessage("maxWait: PT0S (expected: more than 0, up to PT24H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PickRequest.builder().maxWait(Duration.ofMillis(-1)))
                .withMessage("maxWait: PT-0.001S (expected: >= 0)");
    }
}
