package dev.evenkeel.lb.benchmarks.simulator;

import java.util.Collections;
import java.util.List;

/** What is simulated, in one of two lengths. */
final class Scenarios {

    /** Short enough for every build. */
    static final Scenarios SHORT = new Scenarios(new Span(2, 4), 5, 10);

    /** As long as it takes to see rare things. */
    static final Scenarios LONG = new Scenarios(new Span(5, 20), 20, 20);

    private static final Work EXPONENTIAL = Work.exponential();

    /** One call in a hundred takes ten times as long. */
    private static final Work MIXED = Work.logNormal(0.5, 0.01, 10);

    private final Span steady;
    private final int faultAt;
    private final int faultSeconds;

    private Scenarios(Span steady, int faultAt, int faultSeconds) {
        this.steady = steady;
        this.faultAt = faultAt;
        this.faultSeconds = faultSeconds;
    }

    List<Scenario> all() {
        return List.of(
                sinkhole(),
                blackHole(),
                slowNode(),
                stalledNode(),
                flappingNode(),
                equal(0.7),
                equal(0.9),
                errors(),
                halfSlower(0.7),
                halfSlower(0.9),
                clients(5),
                clients(500),
                warmNewcomer(),
                coldNewcomer(),
                nearAndFar(),
                lowLoad());
    }

    Scenario sinkhole() {
        return oneAtFault(
                "sinkhole", 20, "one of 10 servers fails every call, fast", 0.5, Fault.of(Fault.Kind.FAILING, fault()));
    }

    Scenario blackHole() {
        return oneAtFault(
                "black-hole", 20, "one of 10 servers never answers", 0.5, Fault.of(Fault.Kind.SILENT, fault()));
    }

    Scenario slowNode() {
        return oneAtFault("slow-node", 20, "one of 10 servers is ten times slower", 0.6, Fault.slow(10, fault()));
    }

    Scenario stalledNode() {
        return oneAtFault(
                "stalled-node",
                2,
                "one of 10 servers stands still, and then goes on with its queue; clients with many calls in flight",
                0.5,
                Fault.of(Fault.Kind.STALLED, fault()));
    }

    Scenario flappingNode() {
        return oneAtFault(
                "flapping-node",
                20,
                "one of 10 servers fails every call for a second, is well for a second, and so on",
                0.5,
                Fault.of(Fault.Kind.FAILING, fault()).flapping(2_000));
    }

    Scenario equal(double utilization) {
        return new Scenario(
                "equal-" + utilization,
                "50 equal servers, utilization " + utilization,
                Collections.nCopies(50, ServerModel.of(4, 10)),
                100,
                utilization,
                MIXED,
                5_000,
                steady,
                List.of());
    }

    Scenario errors() {
        return new Scenario(
                "errors-everywhere",
                "50 equal servers, utilization 0.9, one call in 200 fails, wherever it goes",
                Collections.nCopies(50, ServerModel.of(4, 10).errorShare(0.005)),
                100,
                0.9,
                MIXED,
                5_000,
                steady,
                List.of());
    }

    Scenario halfSlower(double utilization) {
        return new Scenario(
                "half-slower-" + utilization,
                "50 servers, half of them take twice as long, utilization " + utilization,
                Scenario.servers(25, ServerModel.of(4, 20), 25, ServerModel.of(4, 10)),
                100,
                utilization,
                MIXED,
                5_000,
                steady,
                List.of());
    }

    Scenario clients(int count) {
        return new Scenario(
                "clients-" + count,
                count + " clients, 200 servers, 40 of them take 2.5 times as long",
                Scenario.servers(40, ServerModel.of(4, 25), 160, ServerModel.of(4, 10)),
                count,
                0.8,
                MIXED,
                5_000,
                steady,
                List.of());
    }

    Scenario warmNewcomer() {
        return newcomer("newcomer-warm", "a server joins 19 others", Fault.NONE);
    }

    Scenario coldNewcomer() {
        return newcomer(
                "newcomer-cold",
                "a server joins 19 others, and is five times slower at first",
                Fault.slow(5, new Span(faultAt, faultAt + faultSeconds / 2)));
    }

    Scenario nearAndFar() {
        return new Scenario(
                "near-and-far",
                "30 servers, one of them 0.5 ms away, the others 3 ms",
                Scenario.servers(
                        1,
                        ServerModel.of(8, 2).roundTripMillis(0.5),
                        29,
                        ServerModel.of(8, 2).roundTripMillis(3)),
                100,
                0.3,
                EXPONENTIAL,
                1_000,
                steady,
                List.of(steady));
    }

    Scenario lowLoad() {
        return new Scenario(
                "low-load",
                "one client, 10 servers, hardly any load",
                Collections.nCopies(10, ServerModel.of(8, 10)),
                1,
                0.02,
                EXPONENTIAL,
                1_000,
                new Span(10, 110),
                List.of());
    }

    private Scenario oneAtFault(String name, int clients, String title, double utilization, Fault fault) {
        Span when = fault.when();
        return new Scenario(
                name,
                title,
                Scenario.servers(1, ServerModel.of(8, 10).fault(fault), 9, ServerModel.of(8, 10)),
                clients,
                utilization,
                EXPONENTIAL,
                1_000,
                new Span(2, when.until() + 20),
                List.of(when, after(when, 0, 10), after(when, 10, 20)));
    }

    private Scenario newcomer(String name, String title, Fault fault) {
        Span cold = new Span(faultAt, faultAt + faultSeconds / 2);
        Span measured = new Span(faultAt, faultAt + faultSeconds);
        return new Scenario(
                name,
                title,
                Scenario.servers(1, ServerModel.of(4, 10).joinsAt(faultAt).fault(fault), 19, ServerModel.of(4, 10)),
                200,
                0.75,
                EXPONENTIAL,
                2_000,
                measured,
                List.of(new Span(faultAt, faultAt + 2), cold, new Span(cold.until(), measured.until())));
    }

    private Span fault() {
        return new Span(faultAt, faultAt + faultSeconds);
    }

    private static Span after(Span when, int from, int until) {
        return new Span(when.until() + from, when.until() + until);
    }
}
