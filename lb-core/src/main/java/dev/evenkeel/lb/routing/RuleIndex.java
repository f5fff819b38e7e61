package dev.evenkeel.lb.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All rules by their hosts: a search looks for the host, for each domain that it is in, and among the rules for any host. It
 * allocates nothing. Immutable.
 */
final class RuleIndex {

    /** No rule matches. */
    static final int NONE = Integer.MAX_VALUE;

    private final TextTable<PathIndex> names;
    private final TextTable<PathIndex> domains;
    private final @Nullable PathIndex any;

    RuleIndex(List<Conditions> rules) {
        Map<HostPattern, List<Integer>> hosts = new HashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            hosts.computeIfAbsent(rules.get(i).host(), host -> new ArrayList<>())
                    .add(i);
        }
        Conditions[] conditions = rules.toArray(new Conditions[0]);
        Map<String, PathIndex> exact = new HashMap<>();
        Map<String, PathIndex> wildcards = new HashMap<>();
        hosts.forEach((host, numbers) ->
                (host.wildcard() ? wildcards : exact).put(host.name(), PathIndex.of(numbers, conditions)));
        this.any = wildcards.remove(HostPattern.ANY.name());
        this.names = new TextTable<>(exact);
        this.domains = new TextTable<>(wildcards);
    }

    /**
     * The number of the first rule that matches a request, or {@link #NONE}.
     *
     * @param host in the form of {@link HostPattern#canonical}
     * @param path in the form of {@link Paths#canonical}
     */
    int find(RoutedRequest request, String host, String path) {
        int best = any == null ? NONE : any.find(request, path, NONE);
        PathIndex exact = names.get(host, 0, host.length());
        if (exact != null) {
            best = exact.find(request, path, best);
        }
        for (int dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
            PathIndex domain = domains.get(host, dot + 1, host.length());
            if (domain != null) {
                best = domain.find(request, path, best);
            }
        }
        return best;
    }
}
