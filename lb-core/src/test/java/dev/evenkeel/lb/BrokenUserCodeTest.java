package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.evenkeel.lb.health.HealthMonitor;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthReport;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.FakeCandidates;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What users plug in may break in every way; the balancer goes on, and says so. */
class BrokenUserCodeTest {

    private final VirtualClock clock = new VirtualClock();

    private LoadBalancerBuilder builder() {
        return TestBalancers.builder(clock).instances(List.of(ONE, TWO, THREE));
    }

    static List<Throwable> throwables() {
        return List.of(
                new IllegalStateException("expected"),
                new StackOverflowError("expected"),
                new AssertionError("expected"),
                new NoClassDefFoundError("expected"));
    }

    @Nested
    class AStrategy {

        @ParameterizedTest
        @MethodSource("dev.evenkeel.lb.BrokenUserCodeTest#throwables")
        void thatThrowsInASelectionCostsNoPick(Throwable thrown) {
            expectPicksAtRandom(
                    candidates -> request -> {
                        throw sneaky(thrown);
                    },
                    3);
        }

        @ParameterizedTest
        @MethodSource("dev.evenkeel.lb.BrokenUserCodeTest#throwables")
        void thatThrowsWhenItShallSelectCostsNoPick(Throwable thrown) {
            expectPicksAtRandom(
                    candidates -> {
                        throw sneaky(thrown);
                    },
                    0);
        }

        @Test
        void thatAnswersNullCostsNoPick() {
            expectPicksAtRandom(candidates -> request -> null, 3);
            expectPicksAtRandom(candidates -> null, 0);
        }

        @Test
        void thatAnswersWithAStrangerCostsNoPick() {
            Candidate stranger = FakeCandidates.ofSize(1).get(0);
            expectPicksAtRandom(candidates -> request -> stranger, 3);
            List<Candidate> kept = new ArrayList<>();
            LoadBalancer other = TestBalancers.builder(clock)
                    .instances("10.0.0.9:80")
                    .strategy(candidates -> {
                        kept.add(candidates.get(0));
                        return request -> candidates.get(0);
                    })
                    .build();
            expectPicksAtRandom(candidates -> request -> kept.get(0), 3);
            assertThat(other.snapshot().inFlight()).isZero();
        }

        @Test
        void thatAnswersWithOneThatIsFullIsOvercome() {
            LoadBalancer orders = builder()
                    .maxInFlightPerInstance(1)
                    .strategy(candidates -> request -> candidates.get(0))
                    .build();
            assertThat(orders.acquire().instance()).isEqualTo(ONE);
            Set<ServiceInstance> others = new HashSet<>();
            others.add(orders.acquire().instance());
            others.add(orders.acquire().instance());
            assertThat(others).containsExactlyInAnyOrder(TWO, THREE);
            assertThat(orders.snapshot().strategyFaults()).isZero();
        }

        @Test
        void isUsedAgainAfterItHasRecovered() {
            boolean[] broken = {true};
            LoadBalancer orders = builder()
                    .strategy(candidates -> request -> {
                        if (broken[0]) {
                            throw new IllegalStateException("expected");
                        }
                        return candidates.get(1);
                    })
                    .build();
            orders.acquire().succeeded();
            broken[0] = false;
            for (int i = 0; i < 20; i++) {
                Lease lease = orders.acquire();
                assertThat(lease.instance()).isEqualTo(TWO);
                lease.succeeded();
            }
        }

        @Test
        void gainsNothingFromAnErrorOfTheVirtualMachine() {
            LoadBalancer orders = builder()
                    .strategy(candidates -> request -> {
                        throw new OutOfMemoryError("expected");
                    })
                    .build();
            assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(orders::acquire);
            assertThat(orders.snapshot().inFlight()).isZero();
        }

        @Test
        void mayCallTheBalancer() {
            LoadBalancer[] orders = new LoadBalancer[1];
            orders[0] = builder()
                    .strategy(candidates -> request -> {
                        Objects.requireNonNull(orders[0]).snapshot();
                        return candidates.get(0);
                    })
                    .build();
            assertThat(orders[0].acquire().instance()).isEqualTo(ONE);
        }

        @Test
        void thatAnswersFromAnOlderListIsUnderstood() {
            List<Candidate> first = new ArrayList<>();
            ScriptedSource source = new ScriptedSource();
            LoadBalancer orders = TestBalancers.builder(clock)
                    .source(source)
                    .strategy(candidates -> {
                        if (first.isEmpty()) {
                            first.add(candidates.get(2));
                        }
                        return request -> first.get(0);
                    })
                    .build();
            source.deliver(ONE, TWO, THREE);
            source.deliver(THREE, ONE);
            assertThat(orders.acquire().instance()).isEqualTo(THREE);
            assertThat(orders.snapshot().strategyFaults()).isZero();
        }

        private void expectPicksAtRandom(LoadBalancingStrategy strategy, int faultsEach) {
            LoadBalancer orders = builder().strategy(strategy).build();
            long before = orders.snapshot().strategyFaults();
            Set<ServiceInstance> picked = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                Lease lease = orders.acquire();
                picked.add(lease.instance());
                lease.succeeded();
            }
            assertThat(picked).containsExactlyInAnyOrder(ONE, TWO, THREE);
            assertThat(orders.snapshot().strategyFaults() - before).isEqualTo(100L * faultsEach);
            assertThat(orders.snapshot().strategyFaults()).isPositive();
            assertThat(orders.snapshot().inFlight()).isZero();
            orders.close();
        }
    }

    @Nested
    class AListener {

        private final ScriptedSource source = new ScriptedSource();
        private final RecordingListener other = new RecordingListener();

        @ParameterizedTest
        @MethodSource("dev.evenkeel.lb.BrokenUserCodeTest#throwables")
        void thatThrowsKeepsNothingFromTheOthers(Throwable thrown) {
            LoadBalancer orders = TestBalancers.builder(clock)
                    .source(source)
                    .listener(onJoined(instance -> {
                        throw sneaky(thrown);
                    }))
                    .listener(other)
                    .build();
            source.deliver(ONE, TWO);
            assertThat(orders.acquire().instance()).isNotNull();
            assertThat(other.lines()).containsExactly("joined 10.0.0.1:80", "joined 10.0.0.2:80");
        }

        @Test
        void mayCloseTheBalancerAndRemoveItself() {
            LoadBalancer[] orders = new LoadBalancer[1];
            LoadBalancerListener closing = onJoined(instance -> {
                Objects.requireNonNull(orders[0]).removeListener(other);
                orders[0].close();
            });
            orders[0] = TestBalancers.builder(clock)
                    .source(source)
                    .listener(closing)
                    .build();
            orders[0].addListener(other);
            source.deliver(ONE);
            assertThat(source.open).isZero();
            assertThat(clock.pendingTasks()).isZero();
            assertThat(other.lines()).doesNotContain("closed");
        }

        /** An executor that does not run anything by itself stands for a listener that takes for ever. */
        @Test
        void thatIsSlowIsToldInOrderAndDropsWhatIsTooMuch() {
            Queue<Runnable> stuck = new ArrayDeque<>();
            GuardedListener guarded = new GuardedListener("orders", other, stuck::add);
            for (int i = 0; i < GuardedListener.MAX_PENDING + 10; i++) {
                boolean failOpen = i % 2 == 0;
                guarded.tell(listener -> listener.failOpenChanged("orders", failOpen));
            }
            assertThat(stuck).hasSize(1);
            stuck.remove().run();
            assertThat(other.lines()).hasSize(GuardedListener.MAX_PENDING).startsWith("fail-open", "fail-open is over");
            guarded.tell(listener -> listener.closed("orders"));
            stuck.remove().run();
            assertThat(other.lines()).endsWith("closed");
        }

        @Test
        void hearsTheEndHoweverFarBehindItIs() {
            Queue<Runnable> stuck = new ArrayDeque<>();
            GuardedListener guarded = new GuardedListener("orders", other, stuck::add);
            for (int i = 0; i <= GuardedListener.MAX_PENDING; i++) {
                guarded.tell(listener -> listener.failOpenChanged("orders", true));
            }
            guarded.tellLast(listener -> listener.closed("orders"));
            stuck.remove().run();
            assertThat(other.lines()).hasSize(GuardedListener.MAX_PENDING + 1).endsWith("closed");
        }

        @Test
        void hearsWhatItMissedWhenTheExecutorTakesTasksAgainThoughNoMoreEventsAreTaken() {
            boolean[] full = {true};
            GuardedListener guarded = new GuardedListener("orders", other, task -> {
                if (full[0]) {
                    throw new RejectedExecutionException("full");
                }
                task.run();
            });
            try (CapturedLog log = CapturedLog.start()) {
                for (int i = 0; i <= GuardedListener.MAX_PENDING; i++) {
                    guarded.tell(listener -> listener.failOpenChanged("orders", true));
                }
                assertThat(log.lines())
                        .filteredOn(line -> line.contains("has to wait"))
                        .hasSize(1);
            }
            full[0] = false;
            guarded.tell(listener -> listener.failOpenChanged("orders", false));
            assertThat(other.lines()).hasSize(GuardedListener.MAX_PENDING);
        }

        /** Not on the thread of whoever changed the pool, which may be anybody's. */
        @Test
        void waitsWhileTheExecutorIsFull() {
            boolean[] full = {true};
            LoadBalancer orders = TestBalancers.builder(clock)
                    .executor(task -> {
                        if (full[0]) {
                            throw new OutOfMemoryError("unable to create native thread");
                        }
                        task.run();
                    })
                    .source(source)
                    .listener(other)
                    .build();
            source.deliver(ONE);
            assertThat(orders.acquire().instance()).isEqualTo(ONE);
            assertThat(other.lines()).isEmpty();
            full[0] = false;
            source.deliver(ONE, TWO);
            assertThat(other.lines()).containsExactly("joined 10.0.0.1:80", "joined 10.0.0.2:80");
        }

        @Test
        void hearsItsEventsThoughTheExecutorIsShutDown() {
            LoadBalancer orders = TestBalancers.builder(clock)
                    .executor(task -> {
                        throw new RejectedExecutionException("shut down");
                    })
                    .source(source)
                    .listener(other)
                    .build();
            source.deliver(ONE);
            orders.close();
            assertThat(other.lines()).containsExactly("joined 10.0.0.1:80", "closed");
        }

        private static LoadBalancerListener onJoined(Consumer<ServiceInstance> action) {
            return new LoadBalancerListener() {
                @Override
                public void joined(String serviceName, ServiceInstance instance) {
                    action.accept(instance);
                }
            };
        }
    }

    @Nested
    class AHealthPolicy {

        @ParameterizedTest
        @MethodSource("dev.evenkeel.lb.BrokenUserCodeTest#throwables")
        void thatThrowsLeavesTheInstancesUnwatched(Throwable thrown) {
            LoadBalancer orders = builder()
                    .health(context -> {
                        throw sneaky(thrown);
                    })
                    .build();
            assertThat(orders.acquire().instance()).isNotNull();
            orders.close();
        }

        @ParameterizedTest
        @MethodSource("dev.evenkeel.lb.BrokenUserCodeTest#throwables")
        void whoseMonitorThrowsLeavesTheInstancesUnwatched(Throwable thrown) {
            LoadBalancer orders = builder()
                    .health(context -> new HealthMonitor() {
                        @Override
                        public Tracker track(ServiceInstance instance, HealthReport report) {
                            throw sneaky(thrown);
                        }

                        @Override
                        public void close() {
                            throw sneaky(thrown);
                        }
                    })
                    .build();
            assertThat(orders.acquire().instance()).isNotNull();
            orders.close();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(orders::acquire);
        }
    }

    /** The error that class loaders which are being taken down are known for. */
    @ParameterizedTest
    @MethodSource("throwables")
    void aSourceThatThrowsDuringTheCloseDoesNotStopIt(Throwable thrown) {
        RecordingListener listener = new RecordingListener();
        LoadBalancer orders = TestBalancers.builder(clock)
                .source(sink -> {
                    sink.update(List.of(ONE));
                    sink.scheduler().schedule(() -> {}, Duration.ofDays(1)).cancel();
                    return () -> {
                        throw sneaky(thrown);
                    };
                })
                .healthCheck(HealthProbe.tcp())
                .listener(listener)
                .build();
        orders.close();
        assertThat(listener.lines()).endsWith("closed");
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void aClockThatThrowsLeaksNoCall() {
        boolean[] broken = {false};
        LoadBalancer orders = builder()
                .ticker(() -> {
                    if (broken[0]) {
                        throw new IllegalStateException("expected");
                    }
                    return clock.nanos();
                })
                .build();
        Lease lease = orders.acquire();
        broken[0] = true;
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(orders::acquire);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(lease::succeeded);
        broken[0] = false;
        assertThat(orders.snapshot().inFlight()).isZero();
    }

    /** Wherever on the way it throws: the next list finds what has been done of the change, and does the rest. */
    @Test
    void aClockThatThrowsDuringAChangeDoesNotPreventTheNextOne() {
        for (int reading = 1; reading <= 10; reading++) {
            int[] readingsLeft = {Integer.MAX_VALUE};
            ScriptedSource source = new ScriptedSource();
            LoadBalancer orders = TestBalancers.builder(clock)
                    .source(source)
                    .strategy(Strategies.roundRobin())
                    .warmUp(Duration.ofMinutes(1))
                    .ticker(() -> {
                        readingsLeft[0]--;
                        if (readingsLeft[0] == 0) {
                            throw new IllegalStateException("expected");
                        }
                        return clock.nanos();
                    })
                    .build();
            ServiceInstance four = ServiceInstance.of("10.0.0.4:80");
            source.deliver(ONE, TWO);
            readingsLeft[0] = reading;
            source.deliver(TWO, THREE, four);
            readingsLeft[0] = Integer.MAX_VALUE;
            source.sink().left(THREE.id());
            source.deliver(TWO, four);
            Set<ServiceInstance> picked = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                Lease lease = orders.acquire();
                picked.add(lease.instance());
                lease.succeeded();
            }
            assertThat(picked).as("at reading %d", reading).containsExactlyInAnyOrder(TWO, four);
            assertThat(orders.snapshot().instances())
                    .extracting(InstanceSnapshot::instance)
                    .containsExactly(TWO, four);
            orders.close();
        }
    }

    @Test
    void anExceptionThatCannotBeShownIsNoReasonToStop() {
        ScriptedSource source = new ScriptedSource();
        LoadBalancer orders = TestBalancers.builder(clock)
                .source(source)
                .strategy(candidates -> {
                    throw new IllegalStateException() {
                        private static final long serialVersionUID = 1L;

                        @Override
                        public String getMessage() {
                            throw new IllegalStateException("expected");
                        }
                    };
                })
                .build();
        source.deliver(ONE);
        assertThat(orders.acquire().instance()).isEqualTo(ONE);
    }

    @SuppressWarnings("unchecked") // the compiler takes T for an unchecked exception
    private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
