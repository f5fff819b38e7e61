package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with the client takes no server out, and does not hide what is wrong with a server. In virtual time. */
class OwnFaultsTest {

    private static final ServiceInstance SICK = FaultyClient.SERVERS.get(2);

    /**
     * What happens to a client, and from when on it is well again.
     *
     * @param sameWithoutFault what happens to the server alone; null if the servers stay well
     */
    private record Story(
            String name,
            Consumer<FaultyClient> fault,
            @Nullable Consumer<FaultyClient> sameWithoutFault) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static Story wellServers(String name, Consumer<FaultyClient> fault) {
        return new Story(name, fault, null);
    }

    static List<Story> stories() {
        Consumer<FaultyClient> crash = client -> client.crash(SICK);
        Consumer<FaultyClient> freeze = client -> client.freeze(SICK);
        return List.of(
                wellServers("stopped for 2 s", client -> client.stop(2_000)),
                stopped("stopped for 2 s, a server crashes", crash),
                stopped("stopped for 2 s, a server freezes", freeze),
                wellServers("stopped for 10 min", client -> client.stop(600_000)),
                stopped("stopped 10 times for 300 ms", client -> {}, 10, 300, null),
                stopped("stopped 10 times for 300 ms, a server freezes", freeze, 10, 300, freeze),
                wellServers("threads run every 130 ms, 5 s", client -> client.starve(5_000, 130)),
                new Story(
                        "threads run every 130 ms, a server crashes",
                        client -> {
                            client.starve(2_000, 130);
                            client.crash(SICK);
                            client.starve(3_000, 130);
                        },
                        crash),
                new Story(
                        "threads run every 130 ms, a server freezes",
                        client -> {
                            client.starve(2_000, 130);
                            client.freeze(SICK);
                            client.starve(3_000, 130);
                        },
                        freeze),
                wellServers("no file descriptors for 5 s", client -> {
                    client.files(false);
                    client.run(5_000);
                    client.files(true);
                }),
                new Story(
                        "no file descriptors for 5 s, a server crashes",
                        client -> {
                            client.files(false);
                            client.run(2_000);
                            client.crash(SICK);
                            client.run(3_000);
                            client.files(true);
                        },
                        crash),
                wellServers("no port for one server for 5 s", client -> {
                    client.noPortFor(SICK);
                    client.run(5_000);
                }),
                wellServers("a time limit of 3 ms, an answer takes 5 ms", client -> client.patience(3)),
                new Story(
                        "a time limit of 6 ms, a server freezes",
                        client -> {
                            client.patience(6);
                            client.run(1_000);
                            client.freeze(SICK);
                        },
                        client -> {
                            client.patience(6);
                            client.freeze(SICK);
                        }));
    }

    private static Story stopped(String name, Consumer<FaultyClient> meanwhile) {
        return stopped(name, meanwhile, 1, 2_000, meanwhile);
    }

    private static Story stopped(
            String name,
            Consumer<FaultyClient> meanwhile,
            int times,
            long millis,
            @Nullable Consumer<FaultyClient> sameWithoutFault) {
        return new Story(
                name,
                client -> {
                    for (int i = 0; i < times; i++) {
                        client.run(100);
                        if (i == times - 1) {
                            meanwhile.accept(client);
                        }
                        client.stop(millis);
                    }
                },
                sameWithoutFault);
    }

    /** What came of a story: the servers that are well and were ejected, and when the sick one was, after the fault. */
    private record Ending(int wrong, long foundAfter) {}

    private static Ending tell(Consumer<FaultyClient> fault, boolean guarded) {
        try (FaultyClient client = new FaultyClient(guarded)) {
            client.forgetEjections();
            fault.accept(client);
            int wrong = client.wrongEjections();
            boolean found = client.ejectedAfter(SICK) >= 0;
            client.forgetEjections();
            client.run(5_000);
            return new Ending(Math.max(wrong, client.wrongEjections()), found ? 0 : client.ejectedAfter(SICK));
        }
    }

    @ParameterizedTest
    @MethodSource("stories")
    void ejectsNobodyWhoIsWell(Story story) {
        assertThat(tell(story.fault(), true).wrong()).isZero();
    }

    /** The reference knows nothing of faults of its own, and has none. */
    @ParameterizedTest
    @MethodSource("stories")
    void findsWhoIsSickAsFastAsEver(Story story) {
        if (story.sameWithoutFault() != null) {
            long without = tell(story.sameWithoutFault(), false).foundAfter();
            assertThat(without).isNotNegative();
            assertThat(tell(story.fault(), true).foundAfter()).isBetween(0L, without);
        }
    }

    @Test
    void comesOutAsWrittenDown() throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(
                "250 calls a second, in turn to 5 servers that answer after 5 ms, one after 150 ms; time limit 250 ms.");
        lines.add("How many well servers are ejected, and how long after the client's own fault the sick one is.");
        lines.add("");
        lines.add(String.format(
                Locale.ROOT, "%-50s %9s %9s %9s %9s %9s", "", "ejected", "ejected", "found", "found", "found"));
        lines.add(String.format(
                Locale.ROOT,
                "%-50s %9s %9s %9s %9s %9s",
                "",
                "unguarded",
                "guarded",
                "unguarded",
                "guarded",
                "no fault"));
        for (Story story : stories()) {
            Ending unguarded = tell(story.fault(), false);
            Ending guarded = tell(story.fault(), true);
            Consumer<FaultyClient> same = story.sameWithoutFault();
            lines.add(String.format(
                            Locale.ROOT,
                            "%-50s %9d %9d %9s %9s %9s",
                            story.name(),
                            unguarded.wrong(),
                            guarded.wrong(),
                            found(same, unguarded),
                            found(same, guarded),
                            same == null ? "" : found(same, tell(same, false)))
                    .stripTrailing());
        }
        assertThat(String.join("\n", lines) + "\n").isEqualTo(written());
    }

    private static String found(@Nullable Consumer<FaultyClient> sick, Ending ending) {
        return sick == null ? "" : ending.foundAfter() < 0 ? "never" : ending.foundAfter() + " ms";
    }

    private static String written() throws IOException {
        try (InputStream file = OwnFaultsTest.class.getResourceAsStream("/own-faults.txt")) {
            return file == null ? "" : new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    // ---- what calls teach

    private final VirtualClock clock = new VirtualClock();
    private final RecordingListener listener = new RecordingListener();

    private LoadBalancer orders(int instances) {
        return TestBalancers.builder(clock)
                .instances(FaultyClient.SERVERS.subList(0, instances))
                .strategy(Strategies.roundRobin())
                .listener(listener)
                .build();
    }

    @Test
    void countsWhatIsOurOwnFaultByItself() {
        try (FaultyClient client = new FaultyClient(true)) {
            client.stop(2_000);
            client.run(1_000);
            assertThat(client.localFaults()).isPositive();
            assertThat(client.balancer().snapshot().instances()).allSatisfy(instance -> {
                assertThat(instance.failures()).isZero();
                assertThat(instance.failuresInARow()).isZero();
                assertThat(instance.latency()).isIn(Duration.ofMillis(5), Duration.ofMillis(150));
            });
        }
    }

    @Test
    void doesNotTakeAPauseForSlownessOfThoseThatAnsweredRightAfterIt() {
        try (LoadBalancer orders = orders(1)) {
            answerAfter(orders, 10);
            Lease lease = orders.acquire();
            clock.standStill(Duration.ofSeconds(2));
            lease.succeeded();
            assertThat(snapshot(orders).latency()).isEqualTo(Duration.ofMillis(10));
            answerAfter(orders, 20);
            assertThat(snapshot(orders).latency()).isGreaterThan(Duration.ofMillis(10));
        }
    }

    @Test
    void doesNotTakeAPauseForTimeSpentWaiting() {
        try (LoadBalancer orders = orders(1)) {
            Lease lease = orders.acquire();
            clock.advance(Duration.ofMillis(100));
            clock.standStill(Duration.ofSeconds(2));
            assertThat(snapshot(orders).waiting()).isBetween(Duration.ofMillis(100), Duration.ofMillis(150));
            clock.advance(Duration.ofSeconds(1));
            assertThat(snapshot(orders).waiting()).isBetween(Duration.ofMillis(1_100), Duration.ofMillis(1_150));
            assertThat(lease.paused()).isBetween(Duration.ofMillis(1_950), Duration.ofSeconds(2));
            lease.succeeded();
        }
    }

    @Test
    void theCallerIsToldOfAPauseOnlyWhereItMatters() {
        try (LoadBalancer orders = orders(1)) {
            Lease before = orders.acquire();
            clock.standStill(Duration.ofSeconds(2));
            try (Lease after = orders.acquire()) {
                assertThat(after.paused()).isZero();
            }
            clock.advance(Duration.ofSeconds(7));
            assertThat(before.paused()).isZero();
            before.close();
        }
    }

    @Test
    void anAttemptTellsOfAPauseLikeItsLease() throws Exception {
        try (LoadBalancer orders = orders(1)) {
            Duration paused = BalancedCall.to(orders).build().<Duration, RuntimeException>execute(attempt -> {
                clock.standStill(Duration.ofSeconds(2));
                return attempt.paused();
            });
            assertThat(paused).isBetween(Duration.ofMillis(1_950), Duration.ofSeconds(2));
        }
    }

    @Test
    void believesARefusalWhateverHappened() {
        try (LoadBalancer orders = orders(2)) {
            List<Lease> leases = List.of(orders.acquire(only(0)), orders.acquire(only(0)));
            clock.standStill(Duration.ofSeconds(2));
            leases.forEach(lease -> lease.end(Outcome.neverReached()));
            clock.runDue();
            assertThat(listener.lines()).contains("ejected 10.0.0.1:80");
        }
    }

    @Test
    void takesConnectionsThatWereNotMadeInTimeForOurOwnFaultToo() {
        try (LoadBalancer orders = orders(2)) {
            List<Lease> leases = List.of(orders.acquire(only(0)), orders.acquire(only(0)));
            clock.standStill(Duration.ofSeconds(2));
            leases.forEach(lease -> lease.end(Outcome.connectTimedOut()));
            clock.runDue();
            assertThat(snapshot(orders).outcomes(Outcome.Kind.LOCAL_FAULT)).isEqualTo(2);
            assertThat(listener.lines()).noneMatch(line -> line.startsWith("ejected"));
        }
    }

    @Test
    void aTrialIsNeitherPassedNorFailedByOurOwnFault() {
        try (LoadBalancer orders = orders(2)) {
            end(orders, 2, Outcome.neverReached());
            clock.advance(Duration.ofSeconds(6));
            Lease trial = orders.acquire(only(0));
            clock.standStill(Duration.ofSeconds(2));
            trial.end(Outcome.timedOut());
            clock.runDue();
            assertThat(snapshot(orders).isEligible()).isTrue();
            end(orders, 1, Outcome.success());
            assertThat(listener.lines()).endsWith("readmitted 10.0.0.1:80");
        }
    }

    @Test
    void anAddressThatCannotBeCalledIsNoLackOfPorts() {
        try (LoadBalancer orders = orders(2)) {
            end(orders, 2, Outcome.unaddressable());
            assertThat(listener.lines()).contains("ejected 10.0.0.1:80");
        }
    }

    @Test
    void aLackOfPortsIsNoFaultOfAnInstanceThatHasAnswered() {
        try (LoadBalancer orders = orders(2)) {
            answerAfter(orders, 5);
            end(orders, 100, Outcome.unaddressable());
            assertThat(listener.lines()).noneMatch(line -> line.startsWith("ejected"));
            assertThat(snapshot(orders).outcomes(Outcome.Kind.LOCAL_FAULT)).isEqualTo(100);
        }
    }

    // ---- callers that have no patience, and requests that fail everywhere

    @Test
    void aTinyDeadlineIsTheCallersOwn() {
        try (LoadBalancer orders = orders(2)) {
            for (int i = 0; i < 10; i++) {
                answerAfter(orders, 20);
                timeOutAfter(orders, 100, 1);
            }
            timeOutAfter(orders, 4, 30); // in earnest
            timeOutAfter(orders, 100, 1);
            assertThat(listener.lines()).noneMatch(line -> line.startsWith("ejected"));
            assertThat(snapshot(orders).outcomes(Outcome.Kind.CANCELLED)).isEqualTo(1_100);
            timeOutAfter(orders, 1, 30);
            assertThat(listener.lines()).contains("ejected 10.0.0.1:80");
        }
    }

    @Test
    void ofAnInstanceThatHasNotAnsweredADeadlineOfTenMillisecondsIsEnough() {
        try (LoadBalancer orders = orders(2)) {
            timeOutAfter(orders, 100, 9);
            assertThat(listener.lines()).noneMatch(line -> line.startsWith("ejected"));
            timeOutAfter(orders, 5, 10);
            assertThat(listener.lines()).contains("ejected 10.0.0.1:80");
        }
    }

    @Test
    void timeOutsDoNotMakeLongerOnesLookTiny() {
        try (LoadBalancer orders = orders(2)) {
            answerAfter(orders, 10);
            timeOutAfter(orders, 4, 2_000); // which is what its latency looks like from now on
            timeOutAfter(orders, 1, 250);
            assertThat(listener.lines()).contains("ejected 10.0.0.1:80");
        }
    }

    @ParameterizedTest
    @MethodSource("shares")
    void aRequestThatFailsEverywhereEjectsNobodyForLong(double share) {
        try (FaultyClient client = new FaultyClient(true)) {
            client.poison(share);
            client.run(2_000); // until all have met with it
            client.forgetEjections();
            client.run(60_000);
            assertThat(client.ejections()).isZero();
            assertThat(client.balancer().snapshot().instances()).allMatch(InstanceSnapshot::isEligible);
        }
    }

    static List<Double> shares() {
        return List.of(0.05, 0.3, 0.5, 0.7);
    }

    @Test
    void aServerThatFailsEverythingIsFoundAmongOthersThatFailALot() {
        try (FaultyClient client = new FaultyClient(true)) {
            client.poison(0.5);
            client.run(5_000);
            client.forgetEjections();
            client.freeze(SICK);
            client.run(2_000);
            assertThat(client.ejectedAfter(SICK)).isNotNegative();
            assertThat(client.wrongEjections()).isZero();
        }
    }

    private void answerAfter(LoadBalancer orders, long millis) {
        Lease lease = orders.acquire(only(0));
        clock.advance(Duration.ofMillis(millis));
        lease.succeeded();
    }

    private void timeOutAfter(LoadBalancer orders, int calls, long millis) {
        for (int i = 0; i < calls; i++) {
            Lease lease = orders.acquire(only(0));
            clock.advance(Duration.ofMillis(millis));
            lease.end(Outcome.timedOut());
        }
        clock.runDue();
    }

    private void end(LoadBalancer orders, int calls, Outcome outcome) {
        for (int i = 0; i < calls; i++) {
            orders.acquire(only(0)).end(outcome);
        }
        clock.runDue();
    }

    private static PickRequest only(int place) {
        return PickRequest.builder().only(FaultyClient.SERVERS.get(place).id()).build();
    }

    private static InstanceSnapshot snapshot(LoadBalancer orders) {
        return orders.snapshot().instance(FaultyClient.SERVERS.get(0).id());
    }
}
