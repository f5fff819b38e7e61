package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LoadBalancerTest {

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();

    private LoadBalancer balancer(LoadBalancerBuilder builder, ServiceInstance... instances) {
        LoadBalancer balancer = builder.source(source).build();
        source.deliver(instances);
        return balancer;
    }

    private LoadBalancer balancer(ServiceInstance... instances) {
        return balancer(TestBalancers.builder(clock), instances);
    }

    @Nested
    class ALease {

        @Test
        void isInFlightFromThePickToTheEnd() {
            LoadBalancer orders = balancer(ONE);
            Lease lease = orders.acquire();
            assertThat(lease.instance()).isEqualTo(ONE);
            assertThat(lease.isFailOpen()).isFalse();
            assertThat(one(orders).inFlight()).isEqualTo(1);
            lease.succeeded();
            assertThat(one(orders).inFlight()).isZero();
            assertThat(one(orders).picks()).isEqualTo(1);
        }

        @Test
        void endsOnceAndTheFirstEndCounts() {
            LoadBalancer orders = balancer(ONE);
            Lease lease = orders.acquire();
            lease.end(Outcome.failed());
            lease.succeeded();
            lease.close();
            lease.answered();
            assertThat(one(orders).inFlight()).isZero();
            assertThat(one(orders).outcomes(Outcome.Kind.FAILED)).isEqualTo(1);
            assertThat(one(orders).outcomes(Outcome.Kind.SUCCESS)).isZero();
            assertThat(one(orders).unreported()).isZero();
            assertThat(one(orders).latency()).isZero();
        }

        @Test
        void isUnreportedWhenItIsOnlyClosed() {
            LoadBalancer orders = balancer(ONE);
            try (Lease lease = orders.acquire()) {
                clock.advance(Duration.ofMillis(5));
                assertThat(lease.instance()).isEqualTo(ONE);
            }
            assertThat(one(orders).unreported()).isEqualTo(1);
            assertThat(one(orders).latency()).isZero();
            assertThat(one(orders).picks()).isEqualTo(1);
        }

        @Test
        void isCountedByItsOutcome() {
            LoadBalancer orders = balancer(ONE);
            orders.acquire().end(Outcome.neverReached());
            orders.acquire().end(Outcome.overloaded(Duration.ofSeconds(1)));
            orders.acquire().end(Outcome.cancelled());
            orders.acquire().end(Outcome.success());
            InstanceSnapshot one = one(orders);
            assertThat(one.outcomes(Outcome.Kind.NEVER_REACHED)).isEqualTo(1);
            assertThat(one.outcomes(Outcome.Kind.OVERLOADED)).isEqualTo(1);
            assertThat(one.outcomes(Outcome.Kind.CANCELLED)).isEqualTo(1);
            assertThat(one.outcomes(Outcome.Kind.SUCCESS)).isEqualTo(1);
            assertThat(one.failures()).isEqualTo(2);
            assertThat(one.picks()).isEqualTo(4);
        }

        @Test
        void takesItsLatencyWhenItIsAnsweredHoweverLongItLasts() {
            LoadBalancer orders = balancer(ONE);
            Lease stream = orders.acquire();
            clock.advance(Duration.ofMillis(7));
            stream.answered();
            clock.advance(Duration.ofHours(3));
            stream.answered();
            stream.succeeded();
            assertThat(one(orders).latency()).isEqualTo(Duration.ofMillis(7));
        }

        @Test
        void takesItsLatencyAtASuccessfulEndOtherwise() {
            LoadBalancer orders = balancer(ONE);
            Lease slow = orders.acquire();
            Lease failing = orders.acquire();
            failing.end(Outcome.failed());
            assertThat(one(orders).latency()).isZero();
            clock.advance(Duration.ofMillis(7));
            slow.succeeded();
            assertThat(one(orders).latency()).isEqualTo(Duration.ofMillis(7));
        }

        @Test
        void mayEndAfterTheBalancerIsClosed() {
            LoadBalancer orders = balancer(ONE);
            Lease lease = orders.acquire();
            orders.close();
            assertThat(one(orders).inFlight()).isEqualTo(1);
            lease.succeeded();
            assertThat(one(orders).inFlight()).isZero();
        }
    }

    @Nested
    class APick {

        @Test
        void failsWithTheReasonsWhenThereIsNoInstance() {
            LoadBalancer orders = balancer();
            assertThatExceptionOfType(NoInstanceAvailableException.class)
                    .isThrownBy(orders::acquire)
                    .withMessage("orders: no instance available (0 known)")
                    .satisfies(refused -> {
                        assertThat(refused.serviceName()).isEqualTo("orders");
                        assertThat(refused.explanation().known()).isZero();
                    });
        }

        @Test
        void failsBeforeTheFirstList() {
            LoadBalancer orders = TestBalancers.builder(clock).source(source).build();
            assertThatExceptionOfType(NoInstanceAvailableException.class)
                    .isThrownBy(orders::acquire)
                    .withMessage("orders: no instance available (the first list has not arrived yet)");
        }

        @Test
        void isRefusedWhenEveryInstanceIsAtItsLimit() {
            LoadBalancer orders = balancer(TestBalancers.builder(clock).maxInFlightPerInstance(2), ONE, TWO);
            List<Lease> leases = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                leases.add(orders.acquire());
            }
            assertThat(one(orders).inFlight()).isEqualTo(2);
            assertThatExceptionOfType(PoolSaturatedException.class)
                    .isThrownBy(orders::acquire)
                    .withMessage("orders: every instance is at its limit (2 known: 2 SATURATED)")
                    .satisfies(refused -> assertThat(refused.explanation().reasons())
                            .containsEntry(ONE.id(), Reason.SATURATED)
                            .containsEntry(TWO.id(), Reason.SATURATED));
            leases.get(0).succeeded();
            assertThat(orders.acquire().instance()).isEqualTo(leases.get(0).instance());
        }

        @Test
        void takesThePreferredInstance() {
            LoadBalancer orders = balancer(ONE, TWO, THREE);
            for (int i = 0; i < 20; i++) {
                assertThat(pick(orders, PickRequest.builder().prefer(TWO.id()))).isEqualTo(TWO);
            }
        }

        @Test
        void takesAnotherOneWhenThePreferredCannotBeTaken() {
            LoadBalancer orders = balancer(TestBalancers.builder(clock).maxInFlightPerInstance(1), ONE, TWO);
            PickRequest preferring = PickRequest.builder().prefer(TWO.id()).build();
            assertThat(orders.acquire(preferring).instance()).isEqualTo(TWO);
            assertThat(orders.acquire(preferring).instance()).isEqualTo(ONE);
            assertThat(pick(balancer(ONE), PickRequest.builder().prefer("gone")))
                    .isEqualTo(ONE);
        }

        @Test
        void takesNoOtherOneWhenNoOtherWillDo() {
            LoadBalancer orders = balancer(TestBalancers.builder(clock).maxInFlightPerInstance(1), ONE, TWO);
            PickRequest only = PickRequest.builder().only(TWO.id()).build();
            assertThat(orders.acquire(only).instance()).isEqualTo(TWO);
            assertThatExceptionOfType(PoolSaturatedException.class)
                    .isThrownBy(() -> orders.acquire(only))
                    .satisfies(refused -> assertThat(refused.explanation().reasons())
                            .containsEntry(ONE.id(), Reason.NOT_PREFERRED)
                            .containsEntry(TWO.id(), Reason.SATURATED));
            assertThatExceptionOfType(NoInstanceAvailableException.class)
                    .isThrownBy(() ->
                            orders.acquire(PickRequest.builder().only("gone").build()));
        }

        @Test
        void takesAnAvoidedInstanceOnlyWhenThereIsNoOther() {
            LoadBalancer orders = balancer(ONE, TWO, THREE);
            for (int i = 0; i < 50; i++) {
                assertThat(pick(orders, PickRequest.builder().avoid(List.of(ONE.id(), TWO.id()))))
                        .isEqualTo(THREE);
            }
            assertThat(pick(orders, PickRequest.builder().avoid(List.of(ONE.id(), TWO.id(), THREE.id()))))
                    .isNotNull();
        }

        @Test
        void doesNotPreferWhatItAvoids() {
            LoadBalancer orders = balancer(ONE, TWO);
            for (int i = 0; i < 20; i++) {
                assertThat(pick(orders, PickRequest.builder().prefer(ONE.id()).avoid(List.of(ONE.id()))))
                        .isEqualTo(TWO);
            }
            assertThat(pick(orders, PickRequest.builder().only(ONE.id()).avoid(List.of(ONE.id()))))
                    .isEqualTo(ONE);
        }

        /** Two neighbours of a hundred: whoever walks on from where the strategy points favours the first of them. */
        @Test
        void isEvenOverTheFewThatCarryTheRequiredMetadata() {
            List<ServiceInstance> many = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                many.add(ServiceInstance.builder("10.0.1." + i, 80)
                        .metadata(i == 40 || i == 41 ? Map.of("canary", "yes") : Map.of())
                        .build());
            }
            for (LoadBalancingStrategy strategy :
                    List.of(Strategies.roundRobin(), Strategies.powerOfTwoChoices(), Strategies.random())) {
                LoadBalancer orders =
                        balancer(TestBalancers.builder(clock).strategy(strategy), many.toArray(ServiceInstance[]::new));
                Map<ServiceInstance, Integer> picks = new HashMap<>();
                for (int i = 0; i < 2_000; i++) {
                    picks.merge(pick(orders, PickRequest.builder().requireMetadata("canary", "yes")), 1, Integer::sum);
                }
                assertThat(picks).hasSize(2);
                assertThat(picks.values()).allSatisfy(count -> assertThat(count).isBetween(860, 1140));
            }
        }

        @Test
        void takesOnlyInstancesThatCarryTheRequiredMetadata() {
            ServiceInstance blue =
                    ONE.toBuilder().metadata(Map.of("color", "blue")).build();
            LoadBalancer orders = balancer(blue, TWO, THREE);
            for (int i = 0; i < 50; i++) {
                assertThat(pick(orders, PickRequest.builder().requireMetadata("color", "blue")))
                        .isEqualTo(blue);
            }
            assertThatExceptionOfType(NoInstanceAvailableException.class)
                    .isThrownBy(() -> orders.acquire(PickRequest.builder()
                            .requireMetadata("color", "green")
                            .build()))
                    .withMessage("orders: no instance available (3 known: 3 METADATA)");
        }

        @Test
        void neverTakesWeightZeroUnlessAllHaveIt() {
            ServiceInstance none = ONE.toBuilder().weight(0).build();
            LoadBalancer orders = balancer(none, TWO);
            for (int i = 0; i < 50; i++) {
                assertThat(pick(orders, PickRequest.builder())).isEqualTo(TWO);
            }
            assertThat(orders.snapshot().instance(none.id()).isEligible()).isFalse();

            LoadBalancer all = balancer(none, TWO.toBuilder().weight(0).build());
            assertThat(all.snapshot().instances()).allSatisfy(instance -> {
                assertThat(instance.isEligible()).isTrue();
                assertThat(instance.effectiveWeight()).isEqualTo(1);
            });
        }

        @Test
        void goesInTurnUnderRoundRobin() {
            LoadBalancer orders =
                    balancer(TestBalancers.builder(clock).strategy(Strategies.roundRobin()), ONE, TWO, THREE);
            Map<ServiceInstance, Integer> picks = new HashMap<>();
            for (int i = 0; i < 99; i++) {
                picks.merge(pick(orders, PickRequest.builder()), 1, Integer::sum);
            }
            assertThat(picks).containsOnly(Map.entry(ONE, 33), Map.entry(TWO, 33), Map.entry(THREE, 33));
        }

        @Test
        void failsAfterTheClose() {
            LoadBalancer orders = balancer(ONE);
            orders.close();
            orders.close();
            assertThatIllegalStateException()
                    .isThrownBy(orders::acquire)
                    .withMessage("orders: the load balancer is closed");
        }

        private ServiceInstance pick(LoadBalancer orders, PickRequest.Builder request) {
            try (Lease lease = orders.acquire(request.build())) {
                return lease.instance();
            }
        }
    }

    @Nested
    class AnAsynchronousPick {

        @Test
        void isDoneAtOnceWhenThereIsAList() {
            assertThat(balancer(ONE).acquireAsync().join().instance()).isEqualTo(ONE);
        }

        @Test
        void waitsForTheFirstListInOrder() {
            LoadBalancer orders = TestBalancers.builder(clock)
                    .maxInFlightPerInstance(1)
                    .source(source)
                    .build();
            CompletableFuture<Lease> first = orders.acquireAsync();
            CompletableFuture<Lease> second = orders.acquireAsync();
            clock.advance(Duration.ofMillis(1999));
            assertThat(first).isNotDone();
            source.deliver(ONE);
            assertThat(first.join().instance()).isEqualTo(ONE);
            assertThat(second).isCompletedExceptionally();
            first.join().close();
            clock.advance(Duration.ofSeconds(15)); // until pauses are not watched for any more
            assertThat(clock.pendingTasks()).isZero();
        }

        @Test
        void givesUpAfterTwoSeconds() {
            LoadBalancer orders = TestBalancers.builder(clock).source(source).build();
            CompletableFuture<Lease> waiting = orders.acquireAsync();
            source.sink().failed(new IllegalStateException("registry is down"));
            clock.advance(Duration.ofSeconds(2));
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(waiting::join)
                    .withCauseExactlyInstanceOf(NoInstanceAvailableException.class)
                    .withMessageContaining("orders: no instance available (the first list has not arrived yet; source:"
                            + " IllegalStateException: registry is down)");
        }

        @Test
        void failsAtOnceWhenTheFirstListIsEmpty() {
            LoadBalancer orders = TestBalancers.builder(clock).source(source).build();
            CompletableFuture<Lease> waiting = orders.acquireAsync();
            source.deliver();
            assertThat(waiting).isCompletedExceptionally();
            assertThat(orders.acquireAsync()).isCompletedExceptionally();
        }

        /** One caller that blocks, and one whose pick fails for good, must not hold up those behind them. */
        @Test
        void waitsForNobodyElse() {
            Queue<Runnable> completions = new ArrayDeque<>();
            LoadBalancer orders = TestBalancers.builder(clock)
                    .executor(completions::add)
                    .source(source)
                    .strategy(candidates -> request -> {
                        if (request.stickyKey().isPresent()) {
                            throw new OutOfMemoryError("expected");
                        }
                        return candidates.get(0);
                    })
                    .build();
            CompletableFuture<Lease> failing = orders.acquireAsync(PickRequest.stickyTo("a"));
            CompletableFuture<Lease> other = orders.acquireAsync();
            source.deliver(ONE);
            assertThat(completions).hasSize(2);
            completions.forEach(Runnable::run);
            assertThat(failing).isCompletedExceptionally();
            assertThat(other.join().instance()).isEqualTo(ONE);
        }

        @Test
        void doesNotWaitWithoutATimer() {
            LoadBalancer orders = TestBalancers.builder(clock)
                    .scheduler((task, delay) -> {
                        throw new RejectedExecutionException("shut down");
                    })
                    .source(source)
                    .build();
            assertThat(orders.acquireAsync()).isCompletedExceptionally();
        }

        @Test
        void leavesNothingBehindWhenItIsCancelled() {
            LoadBalancer orders = TestBalancers.builder(clock).source(source).build();
            orders.acquireAsync().cancel(true);
            assertThat(clock.pendingTasks()).isZero();
        }

        @Test
        void leavesNothingBehindWhenTheCallerHasATimeOutOfItsOwn() {
            LoadBalancer orders = TestBalancers.builder(clock).source(source).build();
            orders.acquireAsync().completeExceptionally(new TimeoutException("as orTimeout does"));
            assertThat(clock.pendingTasks()).isZero();
        }

        @Test
        void givesTheLeaseBackWhenItWasCancelled() {
            LoadBalancer orders = TestBalancers.builder(clock).source(source).build();
            CompletableFuture<Lease> waiting = orders.acquireAsync();
            waiting.cancel(true);
            source.deliver(ONE);
            assertThatExceptionOfType(CancellationException.class).isThrownBy(waiting::join);
            assertThat(one(orders).inFlight()).isZero();
        }

        @Test
        void failsWhenTheBalancerIsClosedMeanwhile() {
            LoadBalancer orders = TestBalancers.builder(clock).source(source).build();
            CompletableFuture<Lease> waiting = orders.acquireAsync();
            orders.close();
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(waiting::join)
                    .withCauseExactlyInstanceOf(IllegalStateException.class);
            assertThat(orders.acquireAsync()).isCompletedExceptionally();
            assertThat(clock.pendingTasks()).isZero();
        }
    }

    @Nested
    class ASnapshot {

        @Test
        void isCompleteAndDoesNotMove() {
            LoadBalancer orders = balancer(ONE, TWO);
            PoolSnapshot before = orders.snapshot();
            Lease lease = orders.acquire(PickRequest.builder().prefer(ONE.id()).build());
            source.deliver(ONE);
            PoolSnapshot after = orders.snapshot();
            lease.succeeded();

            assertThat(before.serviceName()).isEqualTo("orders");
            assertThat(before.instances()).extracting(InstanceSnapshot::id).containsExactly(ONE.id(), TWO.id());
            assertThat(before.inFlight()).isZero();
            assertThat(after.instances()).extracting(InstanceSnapshot::id).containsExactly(ONE.id());
            assertThat(after.inFlight()).isEqualTo(1);
            assertThat(after.version()).isGreaterThan(before.version());
            assertThat(after.isFailOpen()).isFalse();
            assertThat(after.strategyFaults()).isZero();
        }

        @Test
        void namesTheKnownIdsWhenAskedForAnother() {
            PoolSnapshot snapshot = balancer(ONE, TWO).snapshot();
            assertThat(snapshot.find("x")).isEmpty();
            assertThat(snapshot.find(ONE.id())).isPresent();
            assertThatExceptionOfType(NoSuchElementException.class)
                    .isThrownBy(() -> snapshot.instance("x"))
                    .withMessage("id: x (expected: one of [10.0.0.1:80, 10.0.0.2:80])");
        }

        @Test
        void saysHowOldTheListIs() {
            LoadBalancer orders = TestBalancers.builder(clock).source(source).build();
            assertThat(orders.snapshot().listAge()).isEmpty();
            source.deliver(ONE);
            clock.advance(Duration.ofSeconds(5));
            assertThat(orders.snapshot().listAge()).contains(Duration.ofSeconds(5));
            source.sink().failed(new IllegalStateException("down\n"));
            assertThat(orders.snapshot().sourceFailure()).contains("IllegalStateException: down\\u000a");
            source.deliver(ONE);
            assertThat(orders.snapshot().listAge()).contains(Duration.ZERO);
            assertThat(orders.snapshot().sourceFailure()).isEmpty();
        }
    }

    private static InstanceSnapshot one(LoadBalancer orders) {
        return orders.snapshot().instance(ONE.id());
    }
}
