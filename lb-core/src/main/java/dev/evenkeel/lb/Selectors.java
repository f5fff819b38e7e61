package dev.evenkeel.lb;

import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Ticker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Has the strategy make selectors, one for each tier that gets calls, and keeps each as long as nothing changes for it. Belongs
 * to the control plane.
 */
final class Selectors {

    private final LoadBalancingStrategy strategy;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Executor executor;
    private final InFlightTotal inFlight;
    private final StrategyFaults faults;

    /** The last one of each tier that got calls. */
    private final Map<Tier.Key, Made> made = new HashMap<>();

    /** Whether there were several tiers that got calls, each with a total of its own. */
    private boolean wereSeveral;

    Selectors(
            LoadBalancingStrategy strategy,
            Ticker ticker,
            RandomGenerator random,
            Executor executor,
            InFlightTotal inFlight,
            StrategyFaults faults) {
        this.strategy = strategy;
        this.ticker = ticker;
        this.random = random;
        this.executor = executor;
        this.inFlight = inFlight;
        this.faults = faults;
    }

    /** A selector for these, or null if there is nobody, or the strategy failed to make one. */
    @Nullable Selector of(List<Tier> tiers, boolean weightsOrPropertiesChanged) {
        if (tiers.isEmpty()) {
            return null;
        }
        boolean areSeveral = tiers.size() > 1;
        boolean anew = weightsOrPropertiesChanged || areSeveral != wereSeveral;
        wereSeveral = areSeveral;
        made.keySet().retainAll(tiers.stream().map(tier -> tier.key).collect(Collectors.toSet()));
        List<Selector> selectors = new ArrayList<>(tiers.size());
        for (Tier tier : tiers) {
            Selector selector = selector(tier, anew);
            if (selector != null) {
                selectors.add(selector);
            }
        }
        if (selectors.size() < tiers.size()) {
            return null;
        }
        return areSeveral ? new TierSelector(tiers, selectors, random) : selectors.get(0);
    }

    private @Nullable Selector selector(Tier tier, boolean anew) {
        Made before = made.get(tier.key);
        if (before != null && !anew && Arrays.equals(before.candidates, tier.nodes)) {
            return before.selector;
        }
        Selector selector = newSelector(tier.nodes, before == null ? null : before.selector);
        if (selector == null) {
            made.remove(tier.key);
        } else {
            made.put(tier.key, new Made(tier.nodes, selector));
        }
        return selector;
    }

    private @Nullable Selector newSelector(Node[] candidates, @Nullable Selector previous) {
        PoolCandidates list = new PoolCandidates(candidates, ticker, random, executor, previous, inFlight);
        try {
            Selector selector = strategy.newSelector(list);
            if (selector == null) {
                faults.gaveNoSelector("it answered null");
            }
            return selector;
        } catch (Throwable thrown) { // whatever it is, the pool is published
            faults.gaveNoSelector(Printable.of(thrown));
            return null;
        } finally {
            list.close();
        }
    }

    private static final class Made {

        private final Node[] candidates;
        private final Selector selector;

        Made(Node[] candidates, Selector selector) {
            this.candidates = candidates;
            this.selector = selector;
        }
    }
}
