package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where copies of requests go, to try out with real traffic what does not have to answer it yet. For the client that sends
 * them: whatever becomes of a copy, the caller notices nothing, waits for none, and nothing is made of the answers; only
 * requests whose body can be sent more than once have one. The HTTP clients that come with the library send none yet.
 *
 * <pre>{@code
 * Rule rule = Rule.to(orders).path("/orders/**").mirror(Mirror.to(ordersNext).share(0.1).maxInFlight(20));
 * }</pre>
 *
 * <p>Copies are calls of the mirror's balancer like others, so its instances are judged by them, but none is ever sent twice.
 * The limit of copies in flight is the object's own; where it is reached there are none, so that a mirror that is slow costs
 * no more than that. Safe for concurrent use.
 */
public final class Mirror {

    private static final int DEFAULT_MAX_IN_FLIGHT = 10;

    private final LoadBalancer balancer;
    private final double share;
    private final int maxInFlight;
    private final AtomicInteger inFlight = new AtomicInteger();

    private Mirror(LoadBalancer balancer, double share, int maxInFlight) {
        this.balancer = balancer;
        this.share = share;
        this.maxInFlight = maxInFlight;
    }

    /** A copy of each request to an instance of this balancer, 10 at the same time at most. */
    public static Mirror to(LoadBalancer balancer) {
        return new Mirror(requireNonNull(balancer, "balancer"), 1, DEFAULT_MAX_IN_FLIGHT);
    }

    /**
     * The same with copies of only some requests, drawn at random, by default of all.
     *
     * @param of from 0 to 1
     * @throws IllegalArgumentException if it is not
     */
    public Mirror share(double of) {
        if (!(of >= 0 && of <= 1)) {
            throw new IllegalArgumentException("share: " + of + " (expected: 0..1)");
        }
        return new Mirror(balancer, of, maxInFlight);
    }

    /**
     * The same with at most so many copies in flight at the same time, by default 10.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public Mirror maxInFlight(int copies) {
        if (copies < 1) {
            throw new IllegalArgumentException("maxInFlight: " + copies + " (expected: >= 1)");
        }
        return new Mirror(balancer, share, copies);
    }

    /** Who picks the instances that get the copies. */
    public LoadBalancer balancer() {
        return balancer;
    }

    /** For clients: whether a copy may begin now. If so, its end has to be told. */
    public boolean begin() {
        int before = inFlight.get();
        while (before < maxInFlight) {
            int seen = inFlight.compareAndExchange(before, before + 1);
            if (seen == before) {
                return true;
            }
            before = seen;
        }
        return false;
    }

    /** For clients: a copy that {@linkplain #begin began} has ended, whichever way. Once for each. */
    public void end() {
        inFlight.decrementAndGet();
    }

    /** How many copies are in flight. */
    public int inFlight() {
        return inFlight.get();
    }

    /** Whether a request that comes now is one of those that have a copy. */
    boolean isDrawn() {
        return share == 1 || balancer.callContext().random().nextDouble() < share;
    }

    @Override
    public String toString() {
        return "mirrored to " + balancer.serviceName();
    }
}
