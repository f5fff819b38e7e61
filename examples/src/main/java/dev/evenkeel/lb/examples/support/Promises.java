package dev.evenkeel.lb.examples.support;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toSet;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PoolSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the quick start promises, checked against the facts. Nothing here depends on how fast the machine is: every check
 * is about what happened to which call, and in which order.
 */
public final class Promises {

    /** The longest that a run may take. */
    public static final Duration TIME_LIMIT = Duration.ofSeconds(30);

    /** Round robin is exact as long as no two picks happen at the very same time, and then up to this. */
    static final int WALKS = 4 * Runtime.getRuntime().availableProcessors();

    private static final Set<Stage> STEADY = EnumSet.of(Stage.ALL_UP, Stage.DOWN, Stage.BACK);

    private final Facts facts;
    private final Set<String> services;
    private final Set<String> clients;
    private final List<String> broken = new ArrayList<>();

    private Promises(Facts facts, Set<String> services, Set<String> clients) {
        this.facts = facts;
        this.services = services;
        this.clients = clients;
    }

    /**
     * The promises that were not kept, one line each.
     *
     * @param even services whose calls must be spread evenly
     * @param sticky services whose calls must stay where their key is at home
     */
    public static List<String> broken(
            Facts facts, Set<String> services, Set<String> clients, Set<String> even, Set<String> sticky) {
        Promises promises = new Promises(facts, services, clients);
        promises.everybodyCalled();
        promises.killedServerWasMarkedDownAndCameBack();
        promises.noTrafficWhileItWasDown();
        promises.onlyCallsCaughtByTheKillFailed();
        promises.everyCallIsAccountedFor();
        even.forEach(promises::sharesAreEven);
        sticky.forEach(promises::keysStayAtHome);
        promises.check(facts.took().compareTo(TIME_LIMIT) < 0, "it took " + facts.took() + ", not under " + TIME_LIMIT);
        return promises.broken;
    }

    private void everybodyCalled() {
        for (String service : services) {
            for (Stage stage : Stage.values()) {
                Set<String> called =
                        facts.calls(service, stage).stream().map(Call::client).collect(toSet());
                check(called.containsAll(clients), service + ": not every client called in stage " + stage);
            }
        }
    }

    private void killedServerWasMarkedDownAndCameBack() {
        for (String service : services) {
            expectHealth(service, Stage.ALL_UP, HealthStatus.HEALTHY);
            expectHealth(service, Stage.KILLED, HealthStatus.UNHEALTHY);
            expectHealth(service, Stage.DOWN, HealthStatus.UNHEALTHY);
            expectHealth(service, Stage.REVIVED, HealthStatus.HEALTHY);
            check(
                    served(service, Stage.BACK).containsKey(facts.killed()),
                    service + ": " + facts.killed() + " got no traffic after it had come back");
        }
    }

    private void expectHealth(String service, Stage stage, HealthStatus expected) {
        Optional<HealthStatus> health = facts.pool(service, stage)
                .map(pool -> pool.instance(facts.killed()).health());
        check(
                health.equals(Optional.of(expected)),
                service + ": " + facts.killed() + " was "
                        + health.map(HealthStatus::toString).orElse("not looked at") + " at the end of stage " + stage
                        + ", not " + expected);
    }

    private void noTrafficWhileItWasDown() {
        for (String service : services) {
            Optional<Long> before = facts.pool(service, Stage.KILLED)
                    .map(pool -> pool.instance(facts.killed()).picks());
            Optional<Long> after = facts.pool(service, Stage.DOWN)
                    .map(pool -> pool.instance(facts.killed()).picks());
            check(
                    before.equals(after),
                    service + ": " + facts.killed() + " was picked while it was marked down: " + before
                            + " picks before, " + after + " after");
        }
    }

    /** Those in flight when the server was killed, and those picked before its probe had marked it down. */
    private void onlyCallsCaughtByTheKillFailed() {
        for (Call call : facts.calls()) {
            boolean caught = call.stage() == Stage.KILLED
                    && facts.downAt().containsKey(call.service())
                    && call.ended() - facts.killedAt() >= 0
                    && call.begun() - facts.downAt().get(call.service()) <= 0;
            check(
                    !call.isFailed() || caught,
                    call.service() + ": a call failed in stage " + call.stage() + ": "
                            + call.failure().orElse("") + " through " + call.client());
        }
    }

    /**
     * Every failure is on the account of the killed server; every call was one pick, and one more for each time that it
     * failed there and was made again; and nothing is in flight.
     */
    private void everyCallIsAccountedFor() {
        for (String service : services) {
            List<Call> calls = facts.calls().stream()
                    .filter(call -> call.service().equals(service))
                    .toList();
            PoolSnapshot end = facts.pool(service, Stage.BACK)
                    .orElse(PoolSnapshot.builder(service).build());
            long picks =
                    end.instances().stream().mapToLong(InstanceSnapshot::picks).sum();
            check(end.inFlight() == 0, service + ": " + end.inFlight() + " calls in flight at the end");
            long failed = calls.stream().filter(Call::isFailed).count();
            long madeAgain = -failed;
            for (InstanceSnapshot instance : end.instances()) {
                madeAgain += instance.failures();
                check(
                        instance.failures() == 0 || instance.id().equals(facts.killed()),
                        service + ": " + instance.failures() + " failures on the account of " + instance.id()
                                + ", not 0");
            }
            check(madeAgain >= 0, service + ": " + -madeAgain + " calls failed at no server");
            long expected = calls.size() + Math.max(0, madeAgain);
            check(picks == expected, service + ": " + picks + " picks instead of " + expected);
        }
    }

    private void sharesAreEven(String service) {
        for (Stage stage : STEADY) {
            Map<String, Long> shares = served(service, stage);
            int servers = stage == Stage.DOWN ? 2 : 3;
            long least =
                    shares.values().stream().mapToLong(Long::longValue).min().orElse(0);
            long most =
                    shares.values().stream().mapToLong(Long::longValue).max().orElse(0);
            check(
                    shares.size() == servers && most - least <= WALKS,
                    service + ": shares are not even in stage " + stage + ": " + shares);
        }
    }

    private void keysStayAtHome(String service) {
        Map<String, Set<String>> homes = serversByKey(facts.calls(service, Stage.ALL_UP));
        Map<String, Set<String>> refuges = serversByKey(facts.calls(service, Stage.DOWN));
        Map<String, Set<String>> later = serversByKey(facts.calls(service, Stage.BACK));
        homes.forEach((key, home) -> check(home.size() == 1, service + ": " + key + " has several homes: " + home));
        check(homes.equals(later), service + ": keys are not back at home: " + homes + ", then " + later);
        check(
                homes.keySet().equals(refuges.keySet()),
                service + ": not every key was used while the server was down: " + refuges.keySet());
        refuges.forEach((key, refuge) -> {
            boolean hadToMove = Set.of(facts.killed()).equals(homes.get(key));
            check(
                    hadToMove ? refuge.size() == 1 && !refuge.contains(facts.killed()) : refuge.equals(homes.get(key)),
                    service + ": " + key + " moved from " + homes.get(key) + " to " + refuge);
        });
        check(homes.containsValue(Set.of(facts.killed())), service + ": no key is at home at " + facts.killed());
        for (Call call : facts.calls()) {
            if (call.service().equals(service)) {
                String key = call.key().orElse("");
                answeredWhereItMay(call, homes.getOrDefault(key, Set.of()), refuges.getOrDefault(key, Set.of()));
            }
        }
    }

    private void answeredWhereItMay(Call call, Set<String> home, Set<String> refuge) {
        boolean mayMove = home.contains(facts.killed());
        check(
                call.servedBy()
                        .map(server -> home.contains(server) || (mayMove && refuge.contains(server)))
                        .orElse(mayMove),
                call.service() + ": " + call.key().orElse("a call without a key") + " is at home at " + home
                        + " and was answered by " + call.servedBy().orElse("nobody") + " in stage " + call.stage());
    }

    private static Map<String, Set<String>> serversByKey(List<Call> calls) {
        return calls.stream()
                .filter(call -> !call.isFailed())
                .collect(groupingBy(
                        call -> call.key().orElse(""),
                        mapping(call -> call.servedBy().orElse(""), toSet())));
    }

    private Map<String, Long> served(String service, Stage stage) {
        return facts.calls(service, stage).stream()
                .filter(call -> !call.isFailed())
                .collect(groupingBy(call -> call.servedBy().orElse(""), counting()));
    }

    private void check(boolean kept, String otherwise) {
        if (!kept) {
            broken.add(otherwise);
        }
    }
}
