package dev.evenkeel.lb.benchmarks.simulator;

import com.google.common.base.Strings;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What came of one scenario with each strategy, as text. */
final class Table {

    /** Those of the library that do not ask for a key. */
    static final Map<String, LoadBalancingStrategy> STRATEGIES = strategies();

    private final Scenario scenario;
    private final Map<String, Result> results;

    private Table(Scenario scenario, Map<String, Result> results) {
        this.scenario = scenario;
        this.results = results;
    }

    /** Simulates; the strategies side by side, as far as there are processors. */
    static Table of(Scenario scenario, long seed) {
        Map<String, Result> results = new LinkedHashMap<>();
        List<Map.Entry<String, Result>> entries = STRATEGIES.entrySet().parallelStream()
                .map(strategy -> Map.entry(strategy.getKey(), Simulation.run(scenario, strategy.getValue(), seed)))
                .toList();
        entries.forEach(entry -> results.put(entry.getKey(), entry.getValue()));
        return new Table(scenario, results);
    }

    Map<String, Result> results() {
        return results;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append(scenario.title()).append('\n');
        text.append(scenario.clients()).append(" clients, ");
        text.append(Math.round(scenario.callsPerSecond())).append(" calls/s, time limit ");
        text.append(scenario.timeoutMillis()).append(" ms\n\n");
        text.append(Strings.padEnd("", 18, ' '));
        List.of("calls", "p50 ms", "p99 ms", "p99.9 ms", "failed %", "late %", "most %")
                .forEach(title -> text.append(Strings.padStart(title, 10, ' ')));
        if (ejects()) {
            List.of("ejected", "of well", "at once").forEach(title -> text.append(Strings.padStart(title, 9, ' ')));
        }
        scenario.shares().forEach(span -> text.append(Strings.padStart("% " + span, 12, ' ')));
        text.append('\n');
        results.forEach((strategy, result) -> append(strategy, result, text));
        return text.toString();
    }

    private void append(String strategy, Result result, StringBuilder text) {
        text.append(Strings.padEnd(strategy, 18, ' '));
        text.append(Strings.padStart(Long.toString(result.calls()), 10, ' '));
        text.append(number(result.millis(0.5), 1, 10));
        text.append(number(result.millis(0.99), 1, 10));
        text.append(number(result.millis(0.999), 1, 10));
        text.append(number(100 * result.failedShare(), 3, 10));
        text.append(number(100 * result.timedOutShare(), 3, 10));
        text.append(number(100 * result.largestShare(scenario.measured()), 2, 10));
        if (ejects()) {
            text.append(Strings.padStart(Long.toString(result.ejections()), 9, ' '));
            text.append(Strings.padStart(Long.toString(result.wrongEjections()), 9, ' '));
            text.append(Strings.padStart(Integer.toString(result.mostOutAtOnce()), 9, ' '));
        }
        for (Span span : scenario.shares()) {
            text.append(number(100 * result.share(0, span), 2, 12));
        }
        text.append('\n');
    }

    private boolean ejects() {
        return scenario.setting().outliers().isOn();
    }

    private static String number(double value, int digits, int width) {
        return Strings.padStart(Decimals.text(value, digits), width, ' ');
    }

    private static Map<String, LoadBalancingStrategy> strategies() {
        Map<String, LoadBalancingStrategy> strategies = new LinkedHashMap<>();
        strategies.put("adaptive", Strategies.adaptive());
        strategies.put("leastInFlight", Strategies.leastInFlight());
        strategies.put("powerOfTwoChoices", Strategies.powerOfTwoChoices());
        strategies.put("roundRobin", Strategies.roundRobin());
        strategies.put("random", Strategies.random());
        return strategies;
    }
}
