package dev.evenkeel.lb.tier;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * All instances in a ring, in the same order for every client, whatever the order of its list is. A client uses those that
 * follow its {@link ClientPlace}, as many as its subset has.
 *
 * <p>As the places of clients are spread evenly over the ring, so are the clients over the instances; with a known number of
 * clients the number of an instance's clients differs by no more than 1 (the ring of Finagle's deterministic aperture; Ward,
 * Wankadia and Guliani, Reinventing Backend Subsetting at Google, 2022). As a client uses neighbours, an instance that comes
 * or goes shifts it by one at most: it changes one of its instances, or, where the ring closes, two.
 *
 * <p>The order is that of hashes of the ids, so that those that are started or fail together are not neighbours. Instances of
 * one priority and zone are as far from each other as can be, so that each subset has its part of each.
 *
 * <p>Immutable.
 */
public final class SubsetRing {

    private static final HashFunction HASH = Hashing.murmur3_128(0x65_76_6b);

    private final List<ServiceInstance> ring;

    private SubsetRing(List<ServiceInstance> ring) {
        this.ring = ring;
    }

    /** A ring of these; of those with the same id, the first one. */
    public static SubsetRing of(Collection<ServiceInstance> instances) {
        Map<Group, List<Hashed>> groups = new TreeMap<>(Group.ORDER);
        Map<String, ServiceInstance> unique = new LinkedHashMap<>();
        instances.forEach(instance -> unique.putIfAbsent(instance.id(), instance));
        for (ServiceInstance instance : unique.values()) {
            groups.computeIfAbsent(Group.of(instance), group -> new ArrayList<>())
                    .add(Hashed.of(instance));
        }
        List<Seat> seats = new ArrayList<>(unique.size());
        int number = 0;
        for (List<Hashed> group : groups.values()) {
            group.sort(Hashed.ORDER);
            for (int i = 0; i < group.size(); i++) {
                seats.add(
                        new Seat((i + 0.5) / group.size(), number, group.get(i).instance()));
            }
            number++;
        }
        seats.sort(Seat.ORDER);
        return new SubsetRing(seats.stream().map(Seat::instance).toList());
    }

    public int size() {
        return ring.size();
    }

    /** All of them, those first that are the client's. */
    public List<ServiceInstance> from(ClientPlace place) {
        List<ServiceInstance> turned = new ArrayList<>(ring);
        if (!turned.isEmpty()) {
            Collections.rotate(turned, -place.first(turned.size()));
        }
        return turned;
    }

    /** What is spread evenly. */
    private record Group(int priority, String zone) {

        private static final Comparator<Group> ORDER =
                Comparator.comparingInt(Group::priority).thenComparing(Group::zone);

        static Group of(ServiceInstance instance) {
            return new Group(instance.priority(), instance.zone().orElse(""));
        }
    }

    private record Hashed(long hash, ServiceInstance instance) {

        private static final Comparator<Hashed> ORDER =
                Comparator.comparingLong(Hashed::hash).thenComparing(hashed -> hashed.instance.id());

        static Hashed of(ServiceInstance instance) {
            return new Hashed(HASH.hashUnencodedChars(instance.id()).asLong(), instance);
        }
    }

    /** A place in the ring: the part of the way around, and whom of several at the same place comes first. */
    private record Seat(double angle, int group, ServiceInstance instance) {

        private static final Comparator<Seat> ORDER =
                Comparator.comparingDouble(Seat::angle).thenComparingInt(Seat::group);
    }
}
