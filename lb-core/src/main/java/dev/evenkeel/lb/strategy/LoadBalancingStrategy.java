package dev.evenkeel.lb.strategy;

/**
 * How an instance is chosen. A strategy is a function from the candidates to a {@link Selector}; the balancer asks for a
 * new selector whenever the list of candidates, or a weight in it, changes. {@link Strategies} has those that come with
 * the library.
 *
 * <pre>{@code
 * LoadBalancingStrategy first = candidates -> request -> candidates.get(0);
 * }</pre>
 *
 * <ul>
 *   <li>For one balancer {@code newSelector} is called serially, never for an empty list. This is the place to build
 *       tables.
 *   <li>A strategy object may serve several balancers and therefore keeps no state itself. State belongs to the selector;
 *       what shall survive a change is taken over from {@link Candidates#previousSelector()}.
 *   <li>Where calls are shared out among zones or priorities, each of these has a selector of its own, made from its
 *       candidates alone.
 *   <li>If it throws, the balancer picks at random until the next change, says so in its log, and counts it.
 * </ul>
 */
@FunctionalInterface
public interface LoadBalancingStrategy {

    /** A selector for these candidates. */
    Selector newSelector(Candidates candidates);
}
