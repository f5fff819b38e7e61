package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Histories of calls, departures and restarts: a session moves only after its instance has been away, and nothing is lost. */
class SessionProperties {

    private static final int IDS = 5;
    private static final int SESSIONS = 8;

    @Property(tries = 200)
    void aSessionMovesAtMostOnceForEachDepartureOfItsInstance(
            @ForAll @IntRange(min = 1, max = 200) int steps, @ForAll long seed) {
        History history = new History(new Random(seed));
        for (int i = 0; i < steps; i++) {
            history.step();
        }
        history.finish();
    }

    private static final class History {

        private final VirtualClock clock = new VirtualClock();
        private final ScriptedSource source = new ScriptedSource();
        private final LoadBalancer orders = TestBalancers.builder(clock)
                .source(source)
                .strategy(Strategies.roundRobin())
                .acceptEmptyLists(true)
                .build();
        private final Random random;
        private final List<StickySession> sessions = new ArrayList<>();
        private final List<Lease> inFlight = new ArrayList<>();
        private final Map<String, ServiceInstance> listed = new TreeMap<>();

        /** How often each has gone, and how often that was when a session was last seen there. */
        private final Map<String, Integer> departures = new TreeMap<>();

        private final Map<StickySession, Integer> departuresSeen = new LinkedHashMap<>();

        History(Random random) {
            this.random = random;
            for (int i = 0; i < SESSIONS; i++) {
                sessions.add(new StickySession());
            }
        }

        void step() {
            switch (random.nextInt(8)) {
                case 0 -> join();
                case 1 -> leave();
                case 2 -> clock.advance(Duration.ofSeconds(random.nextInt(40)));
                case 3 -> end();
                default -> call();
            }
        }

        private void join() {
            String id = "i" + random.nextInt(IDS);
            listed.put(
                    id,
                    ServiceInstance.builder("10.0.0.1", 80 + random.nextInt(100))
                            .id(id)
                            .build());
            deliver();
        }

        private void leave() {
            String id = "i" + random.nextInt(IDS);
            if (listed.remove(id) != null) {
                departures.merge(id, 1, Integer::sum);
                if (random.nextBoolean()) {
                    source.sink().left(id);
                }
                deliver();
            }
        }

        private void deliver() {
            source.deliver(listed.values().toArray(ServiceInstance[]::new));
        }

        private void call() {
            StickySession session = sessions.get(random.nextInt(SESSIONS));
            String before = session.instanceId("orders").orElse(null);
            Lease lease;
            try {
                lease = orders.acquire(PickRequest.inSession(session));
            } catch (NoInstanceAvailableException none) {
                assertThat(listed).isEmpty();
                return;
            }
            String after = lease.instance().id();
            assertThat(session.instanceId("orders")).contains(after);
            if (before != null && !before.equals(after)) {
                assertThat(departures.getOrDefault(before, 0)).isGreaterThan(departuresSeen.get(session));
                assertThat(listed).doesNotContainKey(before);
            }
            int departuresBefore = departures.getOrDefault(after, 0) - (listed.containsKey(after) ? 0 : 1);
            departuresSeen.put(session, departuresBefore); // not the one that goes on, if it drains
            inFlight.add(lease);
        }

        private void end() {
            if (!inFlight.isEmpty()) {
                inFlight.remove(random.nextInt(inFlight.size()))
                        .end(random.nextInt(4) == 0 ? Outcome.cancelled() : Outcome.success());
                clock.runDue();
            }
        }

        void finish() {
            inFlight.forEach(Lease::succeeded);
            clock.advance(Duration.ofMinutes(1));
            assertThat(orders.snapshot().inFlight()).isZero();
            assertThat(orders.snapshot().instances()).hasSize(listed.size());
            orders.close();
            assertThat(clock.pendingTasks()).isZero();
        }
    }
}
