package dev.evenkeel.lb.examples.support;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a run came to, in a few lines. */
public final class Summary {

    private Summary() {}

    public static List<String> of(Facts facts) {
        List<String> lines = new ArrayList<>();
        long failed = facts.calls().stream().filter(Call::isFailed).count();
        lines.add(String.format(
                Locale.ROOT,
                "%d calls in %.1f s, %d failed when %s was killed; answered by:",
                facts.calls().size(),
                facts.took().toMillis() / 1000.0,
                failed,
                facts.killed()));
        for (String service : new TreeSet<>(facts.pools().keySet())) {
            for (Stage stage : List.of(Stage.ALL_UP, Stage.DOWN, Stage.BACK)) {
                lines.add(String.format(
                        Locale.ROOT,
                        "  %-16s %-26s %s",
                        service,
                        stage.headline(),
                        shares(facts.calls(service, stage))));
            }
        }
        return lines;
    }

    private static String shares(List<Call> calls) {
        Map<String, Long> shares =
                calls.stream().collect(groupingBy(call -> call.servedBy().orElse("nobody"), TreeMap::new, counting()));
        return shares.entrySet().stream()
                .map(share -> share.getKey() + " " + share.getValue())
                .collect(Collectors.joining(", "));
    }
}
