package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.Registration;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MembershipTest {

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final RecordingListener listener = new RecordingListener();
    private final LoadBalancer orders =
            TestBalancers.builder(clock).source(source).listener(listener).build();

    @AfterEach
    void leavesNothingBehind() {
        orders.close();
        assertThat(source.open).isZero();
        assertThat(clock.pendingTasks()).isZero();
        assertThat(listener.lines()).noneMatch(line -> line.startsWith("BROKEN"));
    }

    @Test
    void keepsTheLiveStateOfThoseThatAreListedAgain() {
        source.deliver(ONE);
        Lease lease = orders.acquire();
        source.deliver(TWO, ONE);
        assertThat(snapshot(ONE).inFlight()).isEqualTo(1);
        lease.succeeded();
        assertThat(snapshot(ONE).inFlight()).isZero();
        assertThat(snapshot(ONE).picks()).isEqualTo(1);
    }

    @Test
    void doesNothingForAnEqualList() {
        source.deliver(ONE, TWO);
        long version = orders.snapshot().version();
        listener.takeLines();
        source.deliver(ServiceInstance.of("10.0.0.2:80"), ServiceInstance.of("10.0.0.1:80"));
        assertThat(orders.snapshot().version()).isEqualTo(version);
        assertThat(listener.takeLines()).isEmpty();
    }

    @Test
    void changesWeightAndMetadataInPlace() {
        source.deliver(ONE, TWO);
        Lease lease = orders.acquire(only(ONE));
        ServiceInstance heavier = ONE.toBuilder().weight(3).build();
        source.deliver(heavier, TWO);
        assertThat(snapshot(ONE).instance()).isEqualTo(heavier);
        assertThat(snapshot(ONE).effectiveWeight()).isEqualTo(3);
        assertThat(snapshot(ONE).inFlight()).isEqualTo(1);
        assertThat(listener.lines()).containsExactly("joined 10.0.0.1:80", "joined 10.0.0.2:80", "changed 10.0.0.1:80");
        lease.succeeded();
    }

    @Test
    void makesANewSelectorWhenPropertiesChange() {
        List<Double> weights = new ArrayList<>();
        ScriptedSource own = new ScriptedSource();
        LoadBalancer watched = TestBalancers.builder(clock)
                .source(own)
                .strategy(candidates -> {
                    weights.add(
                            candidates.get(0).instance().metadata().isEmpty()
                                    ? 0.0
                                    : candidates.get(0).weight());
                    return request -> candidates.get(0);
                })
                .build();
        own.deliver(ONE);
        own.deliver(ONE.toBuilder().metadata(Map.of("version", "2")).build());
        own.deliver(ONE.toBuilder().metadata(Map.of("version", "2")).weight(5).build());
        assertThat(weights).containsExactly(0.0, 1.0, 5.0);
        own.deliver(ONE.toBuilder().weight(0).build(), TWO);
        assertThat(watched.snapshot().instance(ONE.id()).effectiveWeight()).isZero();
    }

    /** A listener that looks at the balancer sees what it has been told. */
    @Test
    void tellsAfterTheFact() {
        List<String> seen = new ArrayList<>();
        LoadBalancer[] told = new LoadBalancer[1];
        ScriptedSource own = new ScriptedSource();
        told[0] = TestBalancers.builder(clock)
                .source(own)
                .listener(new LoadBalancerListener() {
                    @Override
                    public void joined(String serviceName, ServiceInstance instance) {
                        seen.add("joined "
                                + told[0].snapshot().find(instance.id()).isPresent());
                    }

                    @Override
                    public void left(String serviceName, ServiceInstance instance) {
                        seen.add(
                                "left " + told[0].snapshot().find(instance.id()).isEmpty());
                    }
                })
                .build();
        own.deliver(ONE);
        own.deliver(TWO);
        assertThat(seen).containsExactly("joined true", "joined true", "left true");
    }

    @Test
    void drainsWhatIsNotListedAnyMore() {
        source.deliver(ONE, TWO);
        Lease lease = orders.acquire(only(ONE));
        source.deliver(TWO);

        assertThat(snapshot(ONE).isDraining()).isTrue();
        assertThat(snapshot(ONE).isEligible()).isFalse();
        for (int i = 0; i < 20; i++) {
            assertThat(pickedAndEnded()).isEqualTo(TWO);
        }
        lease.succeeded();
        clock.runDue();
        assertThat(orders.snapshot().find(ONE.id())).isEmpty();
        assertThat(listener.lines())
                .containsExactly(
                        "joined 10.0.0.1:80", "joined 10.0.0.2:80", "draining 10.0.0.1:80", "left 10.0.0.1:80");
    }

    @Test
    void takesOutAtOnceWhatHasNoCallInFlight() {
        source.deliver(ONE, TWO);
        source.sink().left(ONE.id());
        source.sink().left(ONE.id());
        assertThat(orders.snapshot().instances())
                .extracting(InstanceSnapshot::id)
                .containsExactly(TWO.id());
        assertThat(listener.lines()).endsWith("draining 10.0.0.1:80", "left 10.0.0.1:80");
    }

    @Test
    void takesOutTheLastOneThatSaysItLeaves() {
        source.deliver(ONE);
        source.sink().left(ONE.id());
        source.deliver();
        assertThat(orders.snapshot().instances()).isEmpty();
    }

    @Test
    void bringsBackWhatIsListedAgainWhileItDrains() {
        source.deliver(ONE, TWO);
        Lease lease = orders.acquire(only(ONE));
        source.deliver(TWO);
        source.deliver(ONE, TWO);
        assertThat(snapshot(ONE).isDraining()).isFalse();
        assertThat(snapshot(ONE).inFlight()).isEqualTo(1);
        Lease second = orders.acquire(only(ONE));
        assertThat(snapshot(ONE).inFlight()).isEqualTo(2);
        lease.succeeded();
        second.succeeded();
        clock.runDue();
        assertThat(snapshot(ONE).picks()).isEqualTo(2);
        assertThat(listener.lines()).endsWith("draining 10.0.0.1:80", "returned 10.0.0.1:80");
    }

    @Test
    void takesTheSameIdAtAnotherAddressForAnotherInstance() {
        ServiceInstance here = ServiceInstance.builder("10.0.0.1", 80).id("a").build();
        ServiceInstance there = ServiceInstance.builder("10.0.0.9", 80).id("a").build();
        source.deliver(here);
        Lease lease = orders.acquire();
        source.deliver(there);

        assertThat(orders.snapshot().instances()).hasSize(2);
        assertThat(orders.acquire(PickRequest.builder().only("a").build()).instance())
                .isEqualTo(there);
        lease.succeeded();
        clock.runDue();
        assertThat(orders.snapshot().instances())
                .singleElement()
                .satisfies(left -> assertThat(left.instance()).isEqualTo(there));
        assertThat(orders.snapshot().instance("a").inFlight()).isEqualTo(1);
        source.deliver(here, TWO);
        assertThat(snapshot(here.toBuilder().build()).picks()).isZero();
    }

    @Test
    void takesAnotherIdAtTheSameAddressForAnotherInstance() {
        ServiceInstance before =
                ServiceInstance.builder("10.0.0.1", 80).id("before").build();
        ServiceInstance after =
                ServiceInstance.builder("10.0.0.1", 80).id("after").build();
        source.deliver(before);
        Lease lease = orders.acquire();
        source.deliver(after);
        assertThat(snapshot(before).isDraining()).isTrue();
        assertThat(snapshot(after).inFlight()).isZero();
        assertThat(pickedAndEnded()).isEqualTo(after);
        lease.succeeded();
        clock.runDue();
        assertThat(ids()).containsExactly("after");
    }

    /** The table of ids is ahead of the published pool for as long as a strategy takes. */
    @Test
    void findsWhomThePoolHasWhileTheNextOneIsMade() {
        ServiceInstance here = ServiceInstance.builder("10.0.0.1", 80).id("a").build();
        ServiceInstance there = ServiceInstance.builder("10.0.0.9", 80).id("a").build();
        List<ServiceInstance> picked = new ArrayList<>();
        LoadBalancer[] watched = new LoadBalancer[1];
        ScriptedSource own = new ScriptedSource();
        watched[0] = TestBalancers.builder(clock)
                .source(own)
                .strategy(candidates -> {
                    if (watched[0].snapshot().version() > 0) {
                        try (Lease lease = watched[0].acquire(only(here))) {
                            picked.add(lease.instance());
                        }
                    }
                    return request -> candidates.get(0);
                })
                .build();
        own.deliver(here, TWO);
        own.deliver(there, TWO);
        own.deliver(TWO);
        assertThat(picked).containsExactly(here, there);
        watched[0].close();
    }

    @Test
    void keepsTwoIdsAtOneAddressApart() {
        ServiceInstance twin =
                ServiceInstance.builder("10.0.0.1", 80).id("twin").build();
        source.deliver(ONE, twin);
        Lease lease = orders.acquire(only(twin));
        assertThat(snapshot(twin).inFlight()).isEqualTo(1);
        assertThat(snapshot(ONE).inFlight()).isZero();
        lease.succeeded();
    }

    @Test
    void takesTheFirstOfTwoWithOneId() {
        source.deliver(ONE, TWO.toBuilder().id(ONE.id()).build());
        assertThat(orders.snapshot().instances())
                .singleElement()
                .satisfies(only -> assertThat(only.instance()).isEqualTo(ONE));
        assertThat(orders.snapshot().ignoredEntries()).isEqualTo(1);
        source.deliver(ONE, ONE, TWO, ONE);
        assertThat(ids()).containsExactly(ONE.id(), TWO.id());
        assertThat(orders.snapshot().ignoredEntries()).isEqualTo(2);
        source.deliver(ONE, TWO);
        assertThat(orders.snapshot().ignoredEntries()).isZero();
    }

    @Test
    void warnsOfAListThatLacksMoreThanHalf() {
        try (CapturedLog log = CapturedLog.start()) {
            source.deliver(ONE, TWO, THREE);
            source.deliver(ONE, TWO);
            source.deliver(ONE);
            source.deliver(TWO);
            assertThat(log.lines()).noneMatch(line -> line.contains("the list lacks"));
            source.deliver(ONE, TWO, THREE);
            for (int i = 0; i < 100; i++) { // a source that comes and goes does not fill the log
                source.deliver(TWO);
                source.deliver(ONE, TWO, THREE);
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.endsWith("orders: the list lacks 2 of 3 instances"))
                    .hasSize(10);
        }
    }

    @Test
    void takesTheFirstOfTwoWithOneIdAlsoIfTheSecondIsTheOneThatWasThere() {
        source.deliver(ONE, TWO, THREE);
        ServiceInstance moved =
                ServiceInstance.builder("10.0.0.9", 80).id(THREE.id()).build();
        source.deliver(ONE, moved, TWO, THREE);
        assertThat(orders.snapshot().instances())
                .extracting(InstanceSnapshot::instance)
                .containsExactly(ONE, moved, TWO);
    }

    /** An order alone is no change, and it is in force with the next change. */
    @Test
    void hasTheOrderOfTheList() {
        source.deliver(ONE, TWO);
        source.deliver(TWO, ONE);
        assertThat(ids()).containsExactly(ONE.id(), TWO.id());
        source.deliver(TWO, THREE, ONE);
        assertThat(ids()).containsExactly(TWO.id(), THREE.id(), ONE.id());
    }

    @Test
    void doesNotBelieveAnEmptyListAfterAGoodOne() {
        source.deliver(ONE);
        clock.advance(Duration.ofHours(1));
        source.deliver();
        assertThat(orders.snapshot().instances()).hasSize(1);
        assertThat(orders.snapshot().listAge()).contains(Duration.ofHours(1));
        assertThat(orders.snapshot().sourceFailure()).contains("the list is empty, which is taken for an error");
        source.deliver(TWO);
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
        assertThat(orders.snapshot().instances())
                .extracting(InstanceSnapshot::id)
                .containsExactly(TWO.id());
    }

    @Test
    void believesAnEmptyListWhenToldTo() {
        ScriptedSource other = new ScriptedSource();
        LoadBalancer credulous = TestBalancers.builder(clock)
                .source(other)
                .acceptEmptyLists(true)
                .build();
        other.deliver(ONE);
        other.deliver();
        assertThat(credulous.snapshot().instances()).isEmpty();
    }

    @Test
    void dropsNullsAndKeepsTheLastListWhenThereIsNone() {
        source.deliver(ONE);
        source.sink().update(Arrays.asList(ONE, null, TWO));
        assertThat(orders.snapshot().instances()).hasSize(2);
        source.sink().update(null);
        assertThat(orders.snapshot().instances()).hasSize(2);
        assertThat(orders.snapshot().sourceFailure()).isPresent();
        source.sink().update(Collections.unmodifiableList(List.of(ONE)));
        assertThat(orders.snapshot().instances()).hasSize(1);
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
    }

    @Test
    void subscribesAgainWhenTheSourceThrows() {
        ScriptedSource flaky = new ScriptedSource();
        flaky.failNextSubscription(new IllegalStateException("one"));
        flaky.failNextSubscription(new IllegalStateException("two"));
        LoadBalancer late = TestBalancers.builder(clock).source(flaky).build();
        assertThat(late.snapshot().sourceFailure()).contains("IllegalStateException: one");
        clock.advance(Duration.ofSeconds(2));
        assertThat(flaky.subscriptions).isEqualTo(3);
        flaky.deliver(ONE);
        assertThat(late.acquire().instance()).isEqualTo(ONE);
        late.close();
        assertThat(flaky.open).isZero();
    }

    @Test
    void stopsSubscribingWhenItIsClosed() {
        ScriptedSource broken = new ScriptedSource();
        broken.failNextSubscription(new IllegalStateException("expected"));
        LoadBalancer late = TestBalancers.builder(clock).source(broken).build();
        late.close();
        assertThat(clock.pendingTasks()).isZero();
        assertThat(broken.subscriptions).isEqualTo(1);
    }

    @Test
    void ignoresWhatArrivesAfterTheClose() {
        source.deliver(ONE);
        orders.close();
        PoolSnapshot closed = orders.snapshot();
        source.deliver(TWO);
        source.sink().left(ONE.id());
        assertThat(orders.snapshot().version()).isEqualTo(closed.version());
    }

    @Test
    void saysNothingMoreAfterTheClose() {
        source.deliver(ONE, TWO);
        Lease lease = orders.acquire(only(ONE));
        source.deliver(TWO);
        orders.close();
        lease.succeeded();
        clock.runDue();
        assertThat(listener.lines()).endsWith("draining 10.0.0.1:80", "closed");
    }

    @Test
    void followsARegistry() {
        InMemoryRegistry registry = new InMemoryRegistry(clock);
        RecordingListener events = new RecordingListener();
        LoadBalancer registered =
                TestBalancers.builder(clock).source(registry).listener(events).build();
        Registration one = registry.register("orders", ONE, Duration.ofSeconds(10));
        Registration three = registry.register("orders", THREE);
        Lease lease = registered.acquire(only(THREE));
        clock.advance(Duration.ofSeconds(10));
        assertThat(registered.snapshot().instances())
                .extracting(InstanceSnapshot::id)
                .containsExactly(THREE.id());
        three.close();
        assertThat(registered.snapshot().instance(THREE.id()).isDraining()).isTrue();
        one.heartbeat();
        assertThat(registered.acquire().instance()).isEqualTo(ONE);
        lease.succeeded();
        clock.runDue();
        assertThat(registered.snapshot().instances())
                .extracting(InstanceSnapshot::id)
                .containsExactly(ONE.id());
        registered.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private static PickRequest only(ServiceInstance instance) {
        return PickRequest.builder().only(instance.id()).build();
    }

    private InstanceSnapshot snapshot(ServiceInstance instance) {
        return orders.snapshot().instance(instance.id());
    }

    private List<String> ids() {
        return orders.snapshot().instances().stream().map(InstanceSnapshot::id).toList();
    }

    private ServiceInstance pickedAndEnded() {
        try (Lease lease = orders.acquire()) {
            return lease.instance();
        }
    }
}
