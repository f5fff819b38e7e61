package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SubsetViewTest {

    private static final ServiceInstance BLUE_1 = instance("blue-1", 1, "blue", 1);
    private static final ServiceInstance BLUE_2 = instance("blue-2", 2, "blue", 1);
    private static final ServiceInstance GREEN_1 = instance("green-1", 3, "green", 1);
    private static final ServiceInstance GREEN_2 = instance("green-2", 4, "green", 1);

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final LoadBalancerBuilder builder =
            TestBalancers.builder(clock).source(source).acceptEmptyLists(true).strategy(Strategies.roundRobin());
    private final List<LoadBalancer> built = new ArrayList<>();

    private static ServiceInstance instance(String id, int port, String color, double weight) {
        return ServiceInstance.builder("10.0.0.1", port)
                .id(id)
                .metadata(Map.of("color", color, "size", id.endsWith("1") ? "s" : "l"))
                .weight(weight)
                .build();
    }

    private LoadBalancer balancer(ServiceInstance... instances) {
        LoadBalancer balancer = builder.build();
        built.add(balancer);
        if (instances.length > 0) {
            source.deliver(instances);
        }
        return balancer;
    }

    private static LoadBalancer green(LoadBalancer of) {
        return of.subset(Map.of("color", "green"));
    }

    private static Map<String, Integer> picks(LoadBalancer balancer, int count) {
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < count; i++) {
            Lease lease = balancer.acquire();
            picks.merge(lease.instance().id(), 1, Integer::sum);
            lease.succeeded();
        }
        return picks;
    }

    @AfterEach
    void close() {
        built.forEach(LoadBalancer::close);
    }

    @Test
    void picksOnlyWhatCarriesTheMetadataByTheSameStrategy() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1, BLUE_2, GREEN_2);
        assertThat(picks(green(all), 10)).isEqualTo(Map.of("green-1", 5, "green-2", 5));
        assertThat(picks(all, 8))
                .hasSize(4)
                .allSatisfy((id, count) -> assertThat(count).isEqualTo(2));
    }

    @Test
    void sharesWhatIsKnownOfAnInstance() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1);
        Lease lease = green(all).acquire();
        assertThat(all.snapshot().instance("green-1").inFlight()).isEqualTo(1);
        assertThat(green(all).snapshot().instance("green-1").inFlight()).isEqualTo(1);
        clock.advance(Duration.ofMillis(7));
        lease.succeeded();
        assertThat(all.snapshot().instance("green-1").latency()).isEqualTo(Duration.ofMillis(7));
        assertThat(all.snapshot().inFlight()).isZero();
    }

    @Test
    void showsOnlyItsOwn() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1, GREEN_2);
        assertThat(green(all).snapshot().instances())
                .extracting(InstanceSnapshot::id)
                .containsExactly("green-1", "green-2");
        assertThat(green(all).serviceName()).isEqualTo("orders");
        assertThat(green(all).callContext().instances(PickRequest.EMPTY)).isEqualTo(2);
        assertThat(green(all).callContext().purse()).isSameAs(all.callContext().purse());
        assertThat(green(all)).asString().startsWith("{color=green} of ");
    }

    @Test
    void followsThePool() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1);
        LoadBalancer green = green(all);
        source.deliver(BLUE_1, GREEN_1, GREEN_2);
        assertThat(picks(green, 4)).containsOnlyKeys("green-1", "green-2");
        source.deliver(instance("blue-1", 1, "green", 1), GREEN_2);
        assertThat(picks(green, 4)).containsOnlyKeys("blue-1", "green-2");
    }

    @Test
    void isTheSameForTheSameMetadata() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1);
        assertThat(green(all)).isSameAs(green(all));
        assertThat(all.subset(Map.of())).isSameAs(all);
        assertThat(green(all).subset(Map.of("size", "s")))
                .isSameAs(all.subset(Map.of("size", "s", "color", "green")))
                .isNotSameAs(green(all));
        assertThat(green(all).subset(Map.of("color", "green"))).isSameAs(green(all));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> green(all).subset(Map.of("color", "blue")))
                .withMessage(
                        "metadata: color=blue (expected: color=green, as in the view that this is to be a part of)");
    }

    @Test
    void explainsThatNobodyIsThere() {
        LoadBalancer all = balancer(BLUE_1, BLUE_2);
        assertThatExceptionOfType(NoInstanceAvailableException.class)
                .isThrownBy(() -> green(all).acquire())
                .withMessage("orders: no instance available (2 known: 2 METADATA)")
                .satisfies(refused ->
                        assertThat(refused.explanation().reasons()).containsEntry("blue-1", Reason.METADATA));
        assertThat(green(all).acquireAsync()).isCompletedExceptionally();
    }

    @Test
    void saysThatAllOfItsOwnAreBusy() {
        builder.maxInFlightPerInstance(1);
        LoadBalancer all = balancer(BLUE_1, GREEN_1);
        Lease lease = green(all).acquire();
        assertThatExceptionOfType(PoolSaturatedException.class)
                .isThrownBy(() -> green(all).acquire())
                .satisfies(refused -> assertThat(refused.explanation().counts())
                        .isEqualTo(Map.of(Reason.SATURATED, 1, Reason.METADATA, 1)));
        assertThat(all.acquire().instance()).isEqualTo(BLUE_1);
        lease.succeeded();
        assertThat(green(all).acquire().instance()).isEqualTo(GREEN_1);
    }

    @Test
    void letsCallsWaitForAPlace() {
        builder.maxInFlightPerInstance(1).queue(10, Duration.ofSeconds(1));
        LoadBalancer all = balancer(BLUE_1, GREEN_1);
        Lease first = green(all).acquire();
        CompletableFuture<Lease> second = green(all).acquireAsync();
        assertThat(second).isNotDone();
        assertThat(green(all).snapshot().waiting()).isEqualTo(1);
        first.succeeded();
        assertThat(second)
                .isCompletedWithValueMatching(lease -> lease.instance().equals(GREEN_1));
    }

    @Test
    void waitsForTheFirstList() {
        LoadBalancer all = balancer();
        CompletableFuture<Lease> early = green(all).acquireAsync();
        assertThatExceptionOfType(NoInstanceAvailableException.class)
                .isThrownBy(() -> green(all).acquire())
                .withMessageContaining("the first list has not arrived yet");
        source.deliver(BLUE_1, GREEN_1);
        assertThat(early).isCompletedWithValueMatching(lease -> lease.instance().equals(GREEN_1));
    }

    @Test
    void usesInstancesThatTheOthersLeaveAloneForTheirWeight() {
        LoadBalancer all = balancer(BLUE_1, instance("green-1", 3, "green", 0), instance("green-2", 4, "green", 0));
        assertThat(picks(all, 10)).containsOnlyKeys("blue-1");
        assertThat(picks(green(all), 10)).isEqualTo(Map.of("green-1", 5, "green-2", 5));
        assertThat(all.snapshot().instance("green-1").effectiveWeight()).isZero();
        assertThat(green(all).snapshot().instance("green-1").effectiveWeight()).isEqualTo(1);
    }

    @Test
    void failsOpenByItself() {
        builder.outlierDetection(OutlierConfig.defaults());
        LoadBalancer all = balancer(BLUE_1, BLUE_2, GREEN_1);
        picks(all, 9);
        for (int i = 0; i < 2; i++) {
            green(all).acquire().end(Outcome.neverReached());
        }
        clock.advance(Duration.ofMillis(1));
        assertThat(all.snapshot().instance("green-1").ejectionReason()).isPresent();
        assertThat(picks(all, 10)).doesNotContainKey("green-1");
        Lease one = green(all).acquire();
        Lease other = green(all).acquire();
        assertThat(one.isFailOpen()).isTrue();
        assertThat(other.instance()).isEqualTo(GREEN_1);
        assertThat(all.snapshot().isFailOpen()).isFalse();
    }

    @Test
    void prefersOnlyItsOwn() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1);
        assertThat(green(all)
                        .acquire(PickRequest.builder().prefer("blue-1").build())
                        .instance())
                .isEqualTo(GREEN_1);
        assertThatExceptionOfType(NoInstanceAvailableException.class)
                .isThrownBy(() ->
                        green(all).acquire(PickRequest.builder().only("blue-1").build()));
    }

    @Test
    void keepsASessionOnlyAtItsOwn() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1, GREEN_2);
        StickySession session = new StickySession();
        PickRequest blue = PickRequest.builder()
                .session(session)
                .requireMetadata("color", "blue")
                .build();
        assertThat(all.acquire(blue).instance()).isEqualTo(BLUE_1);
        ServiceInstance first =
                green(all).acquire(PickRequest.inSession(session)).instance();
        assertThat(first.metadata()).containsEntry("color", "green");
        for (int i = 0; i < 4; i++) {
            assertThat(green(all).acquire(PickRequest.inSession(session)).instance())
                    .isEqualTo(first);
        }
    }

    @Test
    void bindsKeysAmongItsOwn() {
        builder.strategy(Strategies.stickyKey(Strategies.leastInFlight()));
        LoadBalancer all = balancer(BLUE_1, GREEN_1, GREEN_2);
        for (int key = 0; key < 20; key++) {
            PickRequest request = PickRequest.stickyTo("key-" + key);
            ServiceInstance first = green(all).acquire(request).instance();
            assertThat(first.metadata()).containsEntry("color", "green");
        }
        assertThat(all.snapshot().inFlight()).isEqualTo(20);
    }

    @Test
    void survivesAStrategyThatMakesNoSelector() {
        LoadBalancingStrategy broken = candidates -> {
            throw new IllegalStateException("broken");
        };
        builder.strategy(broken);
        LoadBalancer all = balancer(BLUE_1, GREEN_1);
        assertThat(green(all).acquire().instance()).isEqualTo(GREEN_1);
    }

    @Test
    void closesNothingAndEndsWithTheWhole() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1);
        LoadBalancer green = green(all);
        green.close();
        assertThat(green.acquire().instance()).isEqualTo(GREEN_1);
        assertThat(all.acquire().instance()).isNotNull();
        all.close();
        assertThatIllegalStateException().isThrownBy(green::acquire);
        assertThat(green.acquireAsync()).isCompletedExceptionally();
        assertThatIllegalStateException()
                .isThrownBy(() -> all.subset(Map.of("color", "blue")).acquire());
        assertThat(green.snapshot().instances()).hasSize(1);
    }

    @Test
    void showsWhoDrains() {
        LoadBalancer all = balancer(BLUE_1, GREEN_1, GREEN_2);
        LoadBalancer green = green(all);
        Lease busy = green.acquire(PickRequest.builder().only("green-1").build());
        source.deliver(BLUE_1, GREEN_2);
        assertThat(green.snapshot().find("green-1"))
                .hasValueSatisfying(gone -> assertThat(gone.isDraining()).isTrue());
        busy.succeeded();
        clock.advance(Duration.ofMillis(1));
        assertThat(green.snapshot().find("green-1")).isEmpty();
    }

    @Test
    void doesNotTakeTheTurnsOfOthers() {
        LoadBalancer all = balancer(BLUE_1, BLUE_2, GREEN_1);
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            turns.add(all.acquire().instance().id());
            green(all).acquire().succeeded();
        }
        assertThat(turns.subList(0, 3)).doesNotHaveDuplicates().isEqualTo(turns.subList(3, 6));
        assertThat(all.snapshot().instance("blue-1").health()).isEqualTo(HealthStatus.UNKNOWN);
    }
}
