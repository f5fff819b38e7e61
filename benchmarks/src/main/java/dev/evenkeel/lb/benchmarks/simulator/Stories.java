package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.benchmarks.simulator.Fault.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What has taken services down, and what is likely to: with balancers as they are by default, which take out whom calls show
 * to be ill. Each client has fifty to a hundred calls a second.
 */
final class Stories {

    private static final int FAULT_AT = 5;

    /** When something is wrong. */
    private static final Span FAULT = new Span(FAULT_AT, FAULT_AT + 10);

    private static final Span SHORT_FAULT = new Span(FAULT_AT, FAULT_AT + 2);

    private static final Span MEASURED = new Span(2, 25);

    private static final ServerModel SERVER = ServerModel.of(2, 10);

    /** When a short fault has been over for a second. */
    static final Span RECOVERED = new Span(SHORT_FAULT.until() + 1, MEASURED.until());

    private Stories() {}

    static List<Scenario> all() {
        return List.of(
                crashOfOne(),
                crashOfOneOfTwo(),
                crashOfThreeOfFive(),
                oneUnreachable(),
                oneSilent(),
                oneResetting(),
                oneFailingFast(),
                oneFailingSome(),
                oneFlapping(),
                oneBusy(),
                oneSlow(),
                allGone(),
                allSilent(),
                allSlow(),
                sickDependency(),
                poison(),
                emptyList(),
                halfOfTheList(),
                garbledList(),
                sourceAway(),
                deadButListed(),
                replacedOneByOne(),
                killedOneByOne());
    }

    static Scenario crashOfOne() {
        return oneOf(10, "crash", "the process of one of 10 servers is gone", Fault.of(Kind.REFUSING, FAULT));
    }

    /** Where balancers rely on health checks or on the list alone, every second call fails until those have heard. */
    static Scenario crashOfOneOfTwo() {
        return oneOf(2, "crash-one-of-two", "the process of one of 2 servers is gone", Fault.of(Kind.REFUSING, FAULT));
    }

    static Scenario crashOfThreeOfFive() {
        ServerModel gone = SERVER.fault(Fault.of(Kind.REFUSING, FAULT));
        return story(
                "crash-three-of-five",
                "the processes of three of 5 servers are gone",
                Scenario.servers(3, gone, 2, SERVER),
                0.25);
    }

    static Scenario oneUnreachable() {
        return oneOf(10, "unreachable", "what is sent to one of 10 servers is lost", Fault.of(Kind.UNREACHABLE, FAULT));
    }

    static Scenario oneSilent() {
        return oneOf(10, "silent", "one of 10 servers takes calls and never answers", Fault.of(Kind.SILENT, FAULT));
    }

    static Scenario oneResetting() {
        return oneOf(
                10,
                "resetting",
                "one of 10 servers loses the connection when a call is done",
                Fault.of(Kind.RESETTING, FAULT));
    }

    /** A server that fails fast looks idle, and draws the calls of those who choose by load. */
    static Scenario oneFailingFast() {
        return oneOf(10, "failing-fast", "one of 10 servers fails every call, fast", Fault.of(Kind.FAILING, FAULT));
    }

    static Scenario oneFailingSome() {
        return oneOf(10, "failing-half", "one of 10 servers fails half of its calls", Fault.failingSome(0.5, FAULT));
    }

    static Scenario oneFlapping() {
        return oneOf(
                10,
                "flapping",
                "the process of one of 10 servers is gone for 0.3 s, there for 0.3 s, and so on",
                Fault.of(Kind.REFUSING, FAULT).flapping(600));
    }

    static Scenario oneBusy() {
        return oneOf(
                10,
                "busy",
                "one of 10 servers turns calls away, and asks for a pause of 2 s",
                Fault.of(Kind.BUSY, FAULT));
    }

    static Scenario oneSlow() {
        return oneOf(10, "slow", "one of 10 servers is 30 times slower", Fault.slow(30, FAULT));
    }

    /** Those who call again keep an outage alive, if the balancer lets them. */
    static Scenario allGone() {
        Scenario scenario = allOf(
                "all-gone",
                "all processes are gone for 2 s; callers try three times, at once",
                Fault.of(Kind.REFUSING, SHORT_FAULT));
        return scenario.in(Setting.DEFAULT.tries(3));
    }

    /** Half-dead connections, after which pools of connections have been known to stay empty. */
    static Scenario allSilent() {
        return allOf("all-silent", "nobody answers for 2 s", Fault.of(Kind.SILENT, SHORT_FAULT));
    }

    static Scenario allSlow() {
        return allOf("all-slow", "all are so slow for 2 s that most calls are given up", Fault.slow(60, SHORT_FAULT));
    }

    /** What all depend on is ill: to take out those that fail would leave too few, and help nobody. */
    static Scenario sickDependency() {
        return allOf("sick-dependency", "all fail a third of their calls", Fault.failingSome(1.0 / 3, FAULT));
    }

    /** One call in 50 fails wherever it goes, and whoever sent it tries three times. */
    static Scenario poison() {
        List<ServerModel> servers = Collections.nCopies(10, SERVER.errorShare(0.02));
        return story("poison", "one call in 50 fails on every server; callers try three times, at once", servers, 0.5)
                .in(Setting.DEFAULT.tries(3));
    }

    static Scenario emptyList() {
        return listed("list-empty", "the list is empty", ListFault.Kind.EMPTY);
    }

    static Scenario halfOfTheList() {
        return listed("list-half", "the list lacks every other server", ListFault.Kind.HALF);
    }

    static Scenario garbledList() {
        return listed("list-garbled", "the list has nonsense beside the servers", ListFault.Kind.GARBLED);
    }

    static Scenario sourceAway() {
        return listed("list-unknown", "the source does not know, and one of 10 servers is gone", ListFault.Kind.FAILED);
    }

    /** Nobody has told the registry that a server is dead, and later another one comes for it. */
    static Scenario deadButListed() {
        List<ServerModel> servers = new ArrayList<>(Collections.nCopies(9, SERVER));
        Span listed = new Span(0, FAULT.until());
        servers.add(0, SERVER.listed(listed).fault(Fault.of(Kind.REFUSING, new Span(FAULT_AT, 1_000))));
        servers.add(SERVER.joinsAt(FAULT.until()));
        return story(
                "dead-but-listed",
                "one of 10 servers is gone and stays listed; another one comes for it",
                servers,
                0.5);
    }

    /** A new version comes out: each in turn says that it leaves, ends what it has, is gone, and comes back. */
    static Scenario replacedOneByOne() {
        List<ServerModel> servers = new ArrayList<>();
        for (int place = 0; place < 5; place++) {
            int at = FAULT_AT + 2 * place;
            Fault gone = Fault.of(Kind.REFUSING, new Span(at + 1, at + 2));
            servers.add(SERVER.away(new Span(at, at + 2)).fault(gone));
        }
        return story(
                "restart-with-notice", "5 servers say that they leave, are gone, and come back, in turn", servers, 0.5);
    }

    static Scenario killedOneByOne() {
        List<ServerModel> servers = new ArrayList<>();
        for (int place = 0; place < 5; place++) {
            int at = FAULT_AT + 2 * place;
            servers.add(SERVER.fault(Fault.of(Kind.REFUSING, new Span(at, at + 1))));
        }
        return story("restart-without-notice", "5 servers are gone for a second without a word, in turn", servers, 0.5);
    }

    private static Scenario listed(String name, String title, ListFault.Kind kind) {
        Fault gone = kind == ListFault.Kind.FAILED ? Fault.of(Kind.REFUSING, FAULT) : Fault.NONE;
        ServerModel one = SERVER.fault(gone);
        return story(name, title, Scenario.servers(1, one, 9, SERVER), 0.35)
                .in(Setting.DEFAULT.lists(new ListFault(kind, FAULT)));
    }

    private static Scenario oneOf(int count, String name, String title, Fault fault) {
        return story(name, title, Scenario.servers(1, SERVER.fault(fault), count - 1, SERVER), count > 2 ? 0.5 : 0.4);
    }

    private static Scenario allOf(String name, String title, Fault fault) {
        return story(name, title, Collections.nCopies(10, SERVER.fault(fault)), 0.5);
    }

    private static Scenario story(String name, String title, List<ServerModel> servers, double utilization) {
        return new Scenario(
                "stories/" + name,
                title,
                servers,
                servers.size(),
                utilization,
                Work.exponential(),
                500,
                MEASURED,
                List.of(FAULT, new Span(FAULT.until(), FAULT.until() + 5), new Span(20, MEASURED.until())),
                Setting.DEFAULT);
    }
}
