package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import com.google.common.net.InetAddresses;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a source delivers comes in here: the list is copied, and entries that are not fit are left out, without harm to the
 * others. What an instance consists of is bounded by {@link ServiceInstance} itself. Runs on the thread of the source.
 */
final class ListBorder {

    static final int MAX_INSTANCES = 100_000;

    private static final InetAddress BROADCAST = InetAddresses.forString("255.255.255.255");

    private final Predicate<InetAddress> accepted;

    ListBorder(Predicate<InetAddress> accepted) {
        this.accepted = accepted;
    }

    /**
     * A list that has been let in.
     *
     * @param ignored how many entries were left out
     * @param why an example of why, or null if there are none
     */
    record Admitted(
            List<ServiceInstance> instances,
            int ignored,
            @Nullable String why) {}

    /** Copies a list of the user's, which may be null, throw or never end. Throws what it throws. */
    Admitted admit(List<ServiceInstance> list) {
        List<ServiceInstance> instances = new ArrayList<>();
        int ignored = 0;
        String why = null;
        for (ServiceInstance instance : requireNonNull(list, "the list")) {
            boolean full = instances.size() + ignored == MAX_INSTANCES;
            String fault = full ? "more than " + MAX_INSTANCES + " entries" : fault(instance);
            if (fault == null) {
                instances.add(instance);
            } else {
                ignored++;
                why = why == null ? fault : why;
            }
            if (full) {
                ignored += Math.max(0, list.size() - MAX_INSTANCES - 1);
                break;
            }
        }
        return new Admitted(instances, ignored, why);
    }

    private @Nullable String fault(@Nullable ServiceInstance instance) {
        if (instance == null) {
            return "null";
        }
        Optional<InetAddress> address = instance.ipAddress();
        if (address.isEmpty()) {
            return null;
        }
        try {
            return accepted.test(address.get()) ? null : refusal(instance);
        } catch (Throwable thrown) {
            return refusal(instance) + ": " + Printable.of(thrown);
        }
    }

    private static String refusal(ServiceInstance instance) {
        return Printable.of(instance) + " (expected: an address that is accepted)";
    }

    /**
     * Whether another machine can be meant: not link-local (where clouds keep the credentials of a machine), multicast,
     * broadcast or unspecified.
     */
    static boolean isOrdinary(InetAddress address) {
        return !address.isLinkLocalAddress()
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress()
                && !address.equals(BROADCAST);
    }
}
