package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSet;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.text.DurationRange;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where copies of requests go, to try out with real traffic what does not have to answer it yet. Whatever becomes of a copy, the
 * caller notices nothing and waits for nothing, and nothing is made of the answer.
 *
 * <pre>{@code
 * Rule rule = Rule.to(orders).path("/orders/**").mirror(Mirror.to(ordersNext).share(0.1).maxInFlight(20));
 * }</pre>
 *
 * <p><b>A copy</b> has the method, the URL, the headers and the body of the request, with the path that the instance is asked for,
 * and the header {@value #HEADER} besides: by that, whoever gets it knows not to send the mail once more. What the client would
 * add by itself it does not have: cookies of its store, credentials of its authenticator, the token of a session.
 * {@link #stripHeaders} takes more away.
 *
 * <p><b>No copy</b> have: a request whose body can be sent only once, or has more than {@value #MAX_BODY} bytes; the handshake of a
 * WebSocket; what is a copy already, in the eyes of the header; what a redirect leads to. A call that is made several times has one.
 *
 * <p><b>The budget</b> is the object's own: copies at the same time, and in a second. What comes when it is spent has no copy,
 * so that a mirror that is slow or gone costs no more than that. The figures say how many there were of which kind.
 *
 * <p>Copies are calls of the mirror's balancer like others: they are in flight there, and its instances are judged by them. None is
 * sent a second time, and no redirect is followed. Safe for concurrent use.
 */
public final class Mirror {

    /** The header of a copy. Its value is the name of the service that got the request itself. */
    public static final String HEADER = "Lb-Mirror";

    /** The longest body that is sent to a mirror, in bytes. */
    public static final int MAX_BODY = 256 * 1024;

    /** So much of an answer is read, in bytes; then the client hangs up. */
    public static final int MAX_ANSWER = 64 * 1024;

    private static final int MAX_RATE = 1_000_000;
    private static final DurationRange TIMEOUTS = new DurationRange(Duration.ofMillis(1), Duration.ofHours(1));
    private static final Logger log = LoggerFactory.getLogger(Mirror.class);

    private final Settings settings;
    private final CopyBudget budget;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    private Mirror(Settings settings) {
        this.settings = settings;
        this.budget = new CopyBudget(
                settings.maxInFlight,
                settings.maxPerSecond,
                settings.balancer.callContext().ticker());
    }

    private record Settings(
            LoadBalancer balancer,
            double share,
            int maxInFlight,
            int maxPerSecond,
            Duration timeout,
            ImmutableSet<String> strippedHeaders) {}

    /** A copy of each request to an instance of this balancer, as far as the budget allows. */
    public static Mirror to(LoadBalancer balancer) {
        return new Mirror(new Settings(
                requireNonNull(balancer, "balancer"), 1, 10, 100, Duration.ofSeconds(10), ImmutableSet.of()));
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
        return with(of, settings.maxInFlight, settings.maxPerSecond, settings.timeout, settings.strippedHeaders);
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
        return with(settings.share, copies, settings.maxPerSecond, settings.timeout, settings.strippedHeaders);
    }

    /**
     * The same with at most so many copies in a second, on an average; by default 100. As many may come at once.
     *
     * @throws IllegalArgumentException if it is not from 1 to a million
     */
    public Mirror maxPerSecond(int copies) {
        if (copies < 1 || copies > MAX_RATE) {
            throw new IllegalArgumentException("maxPerSecond: " + copies + " (expected: 1.." + MAX_RATE + ")");
        }
        return with(settings.share, settings.maxInFlight, copies, settings.timeout, settings.strippedHeaders);
    }

    /**
     * The same with so much time for each copy, from 1 ms to one hour; by default 10 s. A copy whose answer has not begun by then
     * has failed; one whose answer goes on is left, with what that began like.
     *
     * @throws IllegalArgumentException if it is less or more
     */
    public Mirror timeout(Duration limit) {
        return with(
                settings.share,
                settings.maxInFlight,
                settings.maxPerSecond,
                TIMEOUTS.check("limit", limit),
                settings.strippedHeaders);
    }

    /**
     * The same with copies that have none of these headers, in any case, besides those that are stripped before. By default they
     * have all others: a mirror that is not trusted like the service should get neither {@code Authorization} nor {@code Cookie}.
     *
     * @throws IllegalArgumentException if one of them cannot be the name of a header
     */
    public Mirror stripHeaders(String... names) {
        ImmutableSet.Builder<String> all = ImmutableSet.<String>builder().addAll(settings.strippedHeaders);
        for (String name : names) {
            all.add(HttpWords.headerName("names", name));
        }
        return with(settings.share, settings.maxInFlight, settings.maxPerSecond, settings.timeout, all.build());
    }

    private Mirror with(
            double share, int maxInFlight, int maxPerSecond, Duration timeout, ImmutableSet<String> stripped) {
        return new Mirror(new Settings(settings.balancer, share, maxInFlight, maxPerSecond, timeout, stripped));
    }

    /** Who picks the instances that get the copies. */
    public LoadBalancer balancer() {
        return settings.balancer;
    }

    // ---- what has been

    /** How many copies have begun. */
    public long sent() {
        return sent.get();
    }

    /** How many requests had no copy because the budget was spent. */
    public long dropped() {
        return dropped.get();
    }

    /** How many requests had no copy because they cannot have one. */
    public long skipped() {
        return skipped.get();
    }

    /** How many of the copies that began had no answer. What the others were answered, the snapshot of the balancer says. */
    public long failed() {
        return failed.get();
    }

    /** How many copies are in flight. */
    public int inFlight() {
        return budget.inFlight();
    }

    // ---- for clients

    /** For clients: what time a copy has. */
    public Duration timeout() {
        return settings.timeout;
    }

    /** For clients: what copies do not have, in lower case. */
    public Set<String> strippedHeaders() {
        return settings.strippedHeaders;
    }

    /**
     * For clients: what to say of the pick for a copy. Of what is said for the request, that is the sticky key; the rest is about
     * the instances of another service.
     */
    public PickRequest pickRequest(PickRequest ofTheRequest) {
        return ofTheRequest.stickyKey().map(PickRequest::stickyTo).orElse(PickRequest.EMPTY);
    }

    /** For clients: whether a copy may begin now. If so, its {@linkplain #end end} has to be told. */
    public boolean begin() {
        boolean begins = budget.begin();
        if (begins) {
            sent.incrementAndGet();
        } else if (dropped.incrementAndGet() == 1) {
            log.info(
                    "{}: a request is not mirrored, with {} copies in flight (at most {}, and {} in a second)",
                    settings.balancer.serviceName(),
                    budget.inFlight(),
                    settings.maxInFlight,
                    settings.maxPerSecond);
        }
        return begins;
    }

    /**
     * For clients: a copy that {@linkplain #begin began} has ended, whichever way. Once for each.
     *
     * @param answered whether an answer has at least begun
     */
    public void end(boolean answered) {
        if (!answered) {
            failed.incrementAndGet();
        }
        budget.end();
    }

    /** For clients: a request has no copy, as it cannot be sent twice, or that would not make sense. */
    public void skip() {
        if (skipped.incrementAndGet() == 1) {
            log.info("{}: a request that cannot be copied is not mirrored", settings.balancer.serviceName());
        }
    }

    /** Whether a request that comes now is one of those that have a copy. */
    boolean isDrawn(RoutedRequest request) {
        double share = settings.share;
        if (share < 1 && settings.balancer.callContext().random().nextDouble() >= share) {
            return false;
        }
        boolean isCopy = request.header(HEADER).isPresent();
        if (isCopy) {
            skip();
        }
        return !isCopy;
    }

    @Override
    public String toString() {
        return "mirrored to " + settings.balancer.serviceName();
    }
}
