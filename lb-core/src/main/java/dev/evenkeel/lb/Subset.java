package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.tier.ClientPlace;
import dev.evenkeel.lb.tier.SubsetRing;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which of the listed instances this balancer uses at all; the others never become members. Those that follow the client's
 * place in the {@link SubsetRing}, as many as the subset has. While fewer than half of these are well, more that follow, up
 * to as many again, so that a client does not go without while the fleet is well. Other sick ones are not made up for: the
 * subset stays as it is, and so does the balance. Belongs to the control plane.
 */
final class Subset {

    private final Settings settings;

    /** The last list, without those who have left. */
    private List<ServiceInstance> listed = List.of();

    /** The same, those first that this client uses. */
    private List<ServiceInstance> order = List.of();

    /** How many of the order are used; -1 if the order is another one than when this was decided. */
    private int used;

    private volatile List<ServiceInstance> unused = List.of();

    Subset(Settings settings) {
        this.settings = settings;
    }

    /** Those of the list that are used. */
    List<ServiceInstance> of(List<ServiceInstance> list, Predicate<ServiceInstance> isSick) {
        if (settings.place() == null) {
            return list;
        }
        listed = list;
        order = SubsetRing.of(list).from(settings.place());
        return choose(used(isSick));
    }

    /** Those of the last list that are used now; null if they are the same as before. */
    @Nullable List<ServiceInstance> again(Predicate<ServiceInstance> isSick) {
        int now = used(isSick);
        return now == used ? null : choose(now);
    }

    /** This one is not listed any more. Returns whether it was. */
    boolean left(String id) {
        List<ServiceInstance> rest =
                listed.stream().filter(instance -> !instance.id().equals(id)).toList();
        boolean wasListed = rest.size() < listed.size();
        if (wasListed) {
            listed = rest;
            order = order.stream().filter(instance -> !instance.id().equals(id)).toList();
            used = -1;
        }
        return wasListed;
    }

    /** Those that are listed and not used. */
    List<ServiceInstance> unused() {
        return unused;
    }

    private List<ServiceInstance> choose(int first) {
        used = first;
        Set<String> chosen = new HashSet<>();
        order.subList(0, first).forEach(instance -> chosen.add(instance.id()));
        unused = listed.stream()
                .filter(instance -> !chosen.contains(instance.id()))
                .toList();
        return listed.stream()
                .filter(instance -> chosen.contains(instance.id()))
                .toList();
    }

    /** How many of those in the order are used. */
    private int used(Predicate<ServiceInstance> isSick) {
        int size = Math.min(settings.size(), order.size());
        int most = (int) Math.min(2L * settings.size(), order.size());
        int half = (size + 1) / 2;
        int first = 0;
        int well = 0;
        while (first < size || (first < most && well < half)) {
            well += isSick.test(order.get(first)) ? 0 : 1;
            first++;
        }
        return first;
    }

    /**
     * How many are used, and of whom.
     *
     * @param place null if all are used
     */
    record Settings(int size, @Nullable ClientPlace place) {

        static final Settings ALL = new Settings(Integer.MAX_VALUE, null);
    }
}
