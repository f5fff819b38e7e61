package dev.evenkeel.lb.routing;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.evenkeel.lb.LoadBalancer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Shares requests out among balancers by weight: a canary, or one version after the other. Immutable.
 *
 * <pre>{@code
 * Split split = Split.of(95, orders).and(5, ordersCanary);
 * }</pre>
 *
 * <p>Requests with the same sticky key, that of their {@linkplain RoutedRequest#pickRequest() pick}, go to the same balancer;
 * those of a session to the one that it began with; others are drawn at random. A key has the same place in every split of every
 * process, from 0 to 1, and each balancer the part of that line that its weight gives it, in the order in which they were named.
 * So the keys of a canary that is named last stay with it when it grows, and whoever gets one canary gets the others, too.
 */
public final class Split {

    private static final int MAX_WEIGHT = 1_000_000;

    private final ImmutableList<Part> parts;
    private final @Nullable String stickyHeader;

    /** Of each part its share and those of the parts before. */
    private final double[] upTo;

    /** The last part that gets anything; -1 if none does. */
    private final int last;

    private Split(ImmutableList<Part> parts, @Nullable String stickyHeader) {
        this.parts = parts;
        this.stickyHeader = stickyHeader;
        this.upTo = new double[parts.size()];
        double sum = parts.stream().mapToDouble(Part::weight).sum();
        double before = 0;
        int lastOne = -1;
        for (int i = 0; i < upTo.length; i++) {
            double weight = parts.get(i).weight();
            before += weight;
            upTo[i] = before / sum;
            lastOne = weight > 0 ? i : lastOne;
        }
        this.last = lastOne;
    }

    /**
     * A split with a first balancer.
     *
     * @param weight relative to those of the others, for instance in percent; 0 for never
     * @throws IllegalArgumentException if it is not from 0 to a million
     */
    public static Split of(double weight, LoadBalancer balancer) {
        return new Split(ImmutableList.of(Part.of(weight, balancer)), null);
    }

    /**
     * The same with another balancer.
     *
     * @throws IllegalArgumentException if the weight is not from 0 to a million, or the balancer is in it already
     */
    public Split and(double weight, LoadBalancer balancer) {
        if (parts.stream().anyMatch(part -> part.balancer() == balancer)) {
            throw new IllegalArgumentException(
                    "balancer: " + balancer.serviceName() + " twice (expected: different ones)");
        }
        return new Split(
                ImmutableList.<Part>builder()
                        .addAll(parts)
                        .add(Part.of(weight, balancer))
                        .build(),
                stickyHeader);
    }

    /**
     * The same, but requests that have this header are told apart by its value, and only the others by their sticky key. Who
     * can choose the header can choose the balancer.
     *
     * @throws IllegalArgumentException if it cannot be the name of a header
     */
    public Split stickyBy(String header) {
        return new Split(parts, HttpWords.headerName("header", header));
    }

    /** Whether no balancer ever gets anything. */
    boolean isEmpty() {
        return last < 0;
    }

    List<LoadBalancer> balancers() {
        return parts.stream().map(Part::balancer).toList();
    }

    /** Which balancer a request goes to, as an index. */
    int choose(RoutedRequest request) {
        if (upTo.length == 1) {
            return 0;
        }
        Optional<String> key = key(request);
        if (key.isPresent()) {
            return at(place(key.get()));
        }
        int ofSession = partOfSession(request);
        return ofSession >= 0
                ? ofSession
                : at(parts.get(0).balancer().callContext().random().nextDouble());
    }

    private int at(double place) {
        int chosen = 0;
        while (chosen < last && place >= upTo[chosen]) {
            chosen++;
        }
        return chosen;
    }

    private Optional<String> key(RoutedRequest request) {
        Optional<String> key = stickyHeader == null ? Optional.empty() : request.header(stickyHeader);
        return key.isPresent() ? key : request.pickRequest().stickyKey();
    }

    /**
     * The part that the session of a request is with; -1 for none. Views of one balancer have sessions in common, so that the
     * instance tells whose it is; if that is gone, it may be any of them.
     */
    private int partOfSession(RoutedRequest request) {
        int withoutInstance = -1;
        for (int i = 0; i < upTo.length; i++) {
            Part part = parts.get(i);
            LoadBalancer balancer = part.balancer();
            Optional<String> instance =
                    part.weight() == 0 ? Optional.empty() : request.sessionInstance(balancer.serviceName());
            if (instance.isPresent() && balancer.callContext().keepsSession(instance.get())) {
                return i;
            }
            if (instance.isPresent() && !hasNamesake(i)) {
                withoutInstance = i;
            }
        }
        return withoutInstance;
    }

    private boolean hasNamesake(int number) {
        String name = parts.get(number).balancer().serviceName();
        return parts.stream()
                        .filter(part -> part.balancer().serviceName().equals(name))
                        .count()
                > 1;
    }

    /** From 0 to less than 1: FNV-1a, and the last step of MurmurHash3, as similar keys have similar sums. */
    static double place(String key) {
        long hash = 0xcbf2_9ce4_8422_2325L;
        for (int i = 0; i < key.length(); i++) {
            hash = (hash ^ key.charAt(i)) * 0x100_0000_01b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51_afd7_ed55_8ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ce_b9fe_1a85_ec53L;
        return ((hash ^ (hash >>> 33)) >>> 11) * 0x1p-53;
    }

    @Override
    public String toString() {
        return parts.stream()
                .map(part -> upTo.length == 1
                        ? part.balancer().serviceName()
                        : part.weight() + " " + part.balancer().serviceName())
                .collect(Collectors.joining(", "));
    }

    private record Part(double weight, LoadBalancer balancer) {

        static Part of(double weight, LoadBalancer balancer) {
            requireNonNull(balancer, "balancer");
            if (!(weight >= 0 && weight <= MAX_WEIGHT)) {
                throw new IllegalArgumentException("weight: " + weight + " (expected: 0.." + MAX_WEIGHT + ")");
            }
            return new Part(weight, balancer);
        }
    }
}
