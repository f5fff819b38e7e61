package dev.evenkeel.lb.examples.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every promise holds for a run that went well, and each one can be broken. */
class PromisesTest {

    private static final String EVEN = "even";
    private static final String STICKY = "sticky";
    private static final long KILLED_AT = 1_000;
    private static final long DOWN_AT = 2_000;

    private final List<Call> calls = new ArrayList<>();
    private final Map<String, Long> downAt = new HashMap<>(Map.of(EVEN, DOWN_AT, STICKY, DOWN_AT));
    private final Map<String, Map<Stage, PoolSnapshot>> pools = new HashMap<>();
    private Duration took = Duration.ofSeconds(10);

    @BeforeEach
    void aRunThatWentWell() {
        for (Stage stage : Stage.values()) {
            boolean isDown = stage == Stage.DOWN || stage == Stage.KILLED;
            for (String server : isDown ? List.of("alpha", "gamma") : List.of("alpha", "beta", "gamma")) {
                served(stage, EVEN, Optional.empty(), server);
                served(stage, STICKY, Optional.of("key of " + server), server);
            }
            if (isDown) {
                served(stage, STICKY, Optional.of("key of beta"), "gamma");
            }
        }
        failed(Stage.KILLED, EVEN, Optional.empty(), 1_900, 2_100);
        failed(Stage.KILLED, STICKY, Optional.of("key of beta"), 500, 1_100);
        for (String service : List.of(EVEN, STICKY)) {
            pools.put(service, new EnumMap<>(Stage.class));
            for (Stage stage : Stage.values()) {
                pools.get(service).put(stage, pool(service, stage));
            }
        }
    }

    @Test
    void allAreKeptWhenARunGoesWell() {
        assertThat(broken()).isEmpty();
    }

    @Test
    void theServerHasToBeMarkedDown() {
        change(EVEN, Stage.KILLED, "beta", beta -> beta.health(HealthStatus.HEALTHY, ""));
        assertThat(broken()).containsExactly("even: beta was HEALTHY at the end of stage KILLED, not UNHEALTHY");
    }

    @Test
    void theServerHasToComeBack() {
        change(EVEN, Stage.REVIVED, "beta", beta -> beta.health(HealthStatus.UNHEALTHY, "probe failed"));
        assertThat(broken()).containsExactly("even: beta was UNHEALTHY at the end of stage REVIVED, not HEALTHY");
    }

    @Test
    void theServerHasToGetTrafficWhenItIsBack() {
        calls.replaceAll(
                call -> call.stage() == Stage.BACK && isServedBy(call, "beta") ? servedBy(call, "alpha") : call);
        assertThat(broken())
                .contains(
                        "even: beta got no traffic after it had come back",
                        "sticky: beta got no traffic after it had come back");
    }

    @Test
    void theServerGetsNoTrafficWhileItIsDown() {
        change(STICKY, Stage.DOWN, "beta", beta -> beta.unreported(1));
        assertThat(broken()).singleElement().asString().startsWith("sticky: beta was picked while it was marked down");
    }

    @Test
    void aRunThatStoppedEarlyKeepsNothing() {
        calls.removeIf(call -> call.stage() == Stage.BACK);
        pools.get(EVEN).remove(Stage.BACK);
        assertThat(broken())
                .contains(
                        "even: not every client called in stage BACK",
                        "even: beta got no traffic after it had come back",
                        "even: 0 picks instead of 21");
    }

    @Test
    void everyClientHasToCall() {
        calls.removeIf(call -> call.stage() == Stage.REVIVED && call.client().equals("two"));
        assertThat(broken()).contains("even: not every client called in stage REVIVED");
    }

    @Test
    void callsMayNotFailBeforeTheKill() {
        change(call -> failedInstead(call, 100, 900), Stage.KILLED, EVEN, "alpha");
        assertThat(broken()).anyMatch(line -> line.startsWith("even: a call failed in stage KILLED"));
    }

    @Test
    void callsMayNotFailThatBeganAfterTheMarkDown() {
        change(call -> failedInstead(call, DOWN_AT + 1, DOWN_AT + 2), Stage.KILLED, EVEN, "alpha");
        assertThat(broken()).anyMatch(line -> line.startsWith("even: a call failed in stage KILLED"));
    }

    @Test
    void callsMayNotFailInOtherStages() {
        change(call -> failedInstead(call, 1_500, 1_600), Stage.DOWN, EVEN, "alpha");
        assertThat(broken()).anyMatch(line -> line.startsWith("even: a call failed in stage DOWN: reset through"));
    }

    @Test
    void callsMayNotFailAtAllWhereTheServerWasNeverSeenDown() {
        downAt.remove(EVEN);
        assertThat(broken()).singleElement().asString().startsWith("even: a call failed in stage KILLED");
    }

    @Test
    void everyCallIsOnePick() {
        change(EVEN, Stage.BACK, "alpha", alpha -> alpha.outcomes(Outcome.Kind.SUCCESS, 100));
        assertThat(broken()).singleElement().asString().startsWith("even: ").endsWith(" picks instead of 27");
    }

    @Test
    void failuresAreOnTheAccountOfTheKilledServer() {
        change(EVEN, Stage.BACK, "alpha", alpha -> alpha.outcomes(Outcome.Kind.FAILED, 1));
        assertThat(broken()).contains("even: 1 failures on the account of alpha, not 0");
    }

    @Test
    void nothingIsInFlightAtTheEnd() {
        change(EVEN, Stage.BACK, "alpha", alpha -> alpha.inFlight(1));
        assertThat(broken()).contains("even: 1 calls in flight at the end");
    }

    @Test
    void sharesHaveToBeEven() {
        for (int i = 0; i <= Promises.WALKS; i++) {
            served(Stage.ALL_UP, EVEN, Optional.empty(), "alpha");
        }
        assertThat(broken()).anyMatch(line -> line.startsWith("even: shares are not even in stage ALL_UP"));
    }

    @Test
    void everySurvivorHasToGetAShare() {
        calls.replaceAll(
                call -> call.stage() == Stage.DOWN && isServedBy(call, "alpha") ? servedBy(call, "gamma") : call);
        assertThat(broken()).anyMatch(line -> line.startsWith("even: shares are not even in stage DOWN"));
    }

    @Test
    void aKeyHasOneHome() {
        change(call -> servedBy(call, "gamma"), Stage.ALL_UP, STICKY, "alpha");
        assertThat(broken()).anyMatch(line -> line.startsWith("sticky: key of alpha has several homes"));
    }

    @Test
    void aKeyDoesNotMoveWithoutNeed() {
        change(call -> servedBy(call, "gamma"), Stage.REVIVED, STICKY, "alpha");
        assertThat(broken())
                .containsExactly(
                        "sticky: key of alpha is at home at [alpha] and was answered by gamma in stage REVIVED");
    }

    @Test
    void aKeyIsBackAtHomeAtTheEnd() {
        change(call -> servedBy(call, "gamma"), Stage.BACK, STICKY, "beta");
        assertThat(broken()).anyMatch(line -> line.startsWith("sticky: keys are not back at home"));
    }

    @Test
    void aKeyOfTheKilledServerFindsOneRefuge() {
        calls.add(servedBy(
                calls.stream()
                        .filter(call -> call.stage() == Stage.DOWN && call.key().equals(Optional.of("key of beta")))
                        .findFirst()
                        .orElseThrow(),
                "alpha"));
        assertThat(broken()).anyMatch(line -> line.startsWith("sticky: key of beta moved from [beta] to "));
    }

    @Test
    void aKeyOfAnotherServerMayNotFail() {
        failed(Stage.KILLED, STICKY, Optional.of("key of alpha"), 1_500, 1_600);
        assertThat(broken())
                .anyMatch(line -> line.equals(
                        "sticky: key of alpha is at home at [alpha] and was answered by nobody in stage KILLED"));
    }

    @Test
    void aKeyHasToLiveAtTheKilledServerOrNothingIsShown() {
        calls.removeIf(call -> call.key().equals(Optional.of("key of beta")));
        assertThat(broken()).contains("sticky: no key is at home at beta");
    }

    @Test
    void itEndsInTime() {
        took = Promises.TIME_LIMIT;
        assertThat(broken()).containsExactly("it took PT30S, not under PT30S");
    }

    private List<String> broken() {
        return Promises.broken(
                new Facts(calls, "beta", KILLED_AT, downAt, pools, took),
                Set.of(EVEN, STICKY),
                Set.of("one", "two"),
                Set.of(EVEN),
                Set.of(STICKY));
    }

    private void served(Stage stage, String service, Optional<String> key, String server) {
        for (String client : List.of("one", "two")) {
            calls.add(new Call(
                    stage, service, client, key, Optional.of(server), Optional.empty(), DOWN_AT + 100, DOWN_AT + 200));
        }
    }

    private void failed(Stage stage, String service, Optional<String> key, long begun, long ended) {
        calls.add(new Call(stage, service, "one", key, Optional.empty(), Optional.of("reset"), begun, ended));
    }

    private static boolean isServedBy(Call call, String server) {
        return call.servedBy().equals(Optional.of(server));
    }

    private static Call servedBy(Call call, String server) {
        return new Call(
                call.stage(),
                call.service(),
                call.client(),
                call.key(),
                Optional.of(server),
                call.failure(),
                call.begun(),
                call.ended());
    }

    private static Call failedInstead(Call call, long begun, long ended) {
        return new Call(
                call.stage(),
                call.service(),
                call.client(),
                call.key(),
                Optional.empty(),
                Optional.of("reset"),
                begun,
                ended);
    }

    /** Changes the first call of that stage and service which that server answered. */
    private void change(UnaryOperator<Call> how, Stage stage, String service, String server) {
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if (call.stage() == stage && call.service().equals(service) && isServedBy(call, server)) {
                calls.set(i, how.apply(call));
                return;
            }
        }
        throw new AssertionError("no such call");
    }

    /** Changes what a pool says of a server. */
    private void change(String service, Stage stage, String server, UnaryOperator<InstanceSnapshot.Builder> how) {
        List<InstanceSnapshot> instances = new ArrayList<>();
        for (InstanceSnapshot instance : pools.get(service).get(stage).instances()) {
            instances.add(
                    instance.id().equals(server)
                            ? how.apply(instance(service, stage, server)).build()
                            : instance);
        }
        pools.get(service)
                .put(stage, PoolSnapshot.builder(service).instances(instances).build());
    }

    private PoolSnapshot pool(String service, Stage stage) {
        return PoolSnapshot.builder(service)
                .instances(List.of("alpha", "beta", "gamma").stream()
                        .map(server -> instance(service, stage, server).build())
                        .toList())
                .build();
    }

    /** A server as it has to be at the end of a stage, by the calls up to then. */
    private InstanceSnapshot.Builder instance(String service, Stage stage, String server) {
        long answered = calls.stream()
                .filter(call -> call.service().equals(service) && call.stage().compareTo(stage) <= 0)
                .filter(call -> isServedBy(call, server))
                .count();
        boolean isKilled = server.equals("beta");
        boolean isDown = isKilled && (stage == Stage.KILLED || stage == Stage.DOWN);
        boolean hasFailed = isKilled && stage.compareTo(Stage.KILLED) >= 0;
        return InstanceSnapshot.builder(
                        ServiceInstance.builder("10.0.0.1", 8080).id(server).build())
                .health(isDown ? HealthStatus.UNHEALTHY : HealthStatus.HEALTHY, "")
                .outcomes(Outcome.Kind.SUCCESS, answered)
                .outcomes(Outcome.Kind.FAILED, hasFailed ? 1 : 0);
    }
}
