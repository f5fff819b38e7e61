package dev.evenkeel.lb.observe;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Everything about a pool at one moment, for unit tests, pages and metrics. An immutable value.
 *
 * <p>Membership and health are those of one version of the pool; figures that calls change (in flight, outcomes) are
 * read instance by instance, so that they may differ by the calls that began or ended meanwhile.
 *
 * <pre>{@code
 * assertThat(orders.snapshot().instance("10.0.0.1:8080").inFlight()).isZero();
 * }</pre>
 */
public final class PoolSnapshot {

    private final String serviceName;
    private final long version;
    private final ImmutableList<InstanceSnapshot> instances;
    private final boolean failOpen;
    private final int waiting;
    private final double purse;
    private final long strategyFaults;
    private final Optional<Duration> listAge;
    private final Optional<String> sourceFailure;
    private final int ignoredEntries;
    private final ImmutableList<ServiceInstance> outsideSubset;

    private PoolSnapshot(Builder builder) {
        this.serviceName = builder.serviceName;
        this.version = builder.version;
        this.instances = ImmutableList.copyOf(builder.instances);
        this.failOpen = builder.failOpen;
        this.waiting = builder.waiting;
        this.purse = builder.purse;
        this.strategyFaults = builder.strategyFaults;
        this.listAge = Optional.ofNullable(builder.listAge);
        this.sourceFailure = Optional.ofNullable(builder.sourceFailure);
        this.ignoredEntries = builder.ignoredEntries;
        this.outsideSubset = ImmutableList.copyOf(builder.outsideSubset);
    }

    /** Starts a snapshot; made by the library, and by tests of code that reads snapshots. */
    public static Builder builder(String serviceName) {
        return new Builder(serviceName);
    }

    public String serviceName() {
        return serviceName;
    }

    /** Counts the changes of membership, health and configuration; two snapshots of one version agree in them. */
    public long version() {
        return version;
    }

    /** The members in the order in which they were listed when the pool last changed, then those that drain. */
    public List<InstanceSnapshot> instances() {
        return instances;
    }

    /**
     * The instance with this id.
     *
     * @throws NoSuchElementException if there is none; the message names those that there are
     */
    public InstanceSnapshot instance(String id) {
        return find(id).orElseThrow(() -> new NoSuchElementException(
                "id: " + Printable.of(id) + " (expected: one of " + Printable.of(ids()) + ")"));
    }

    /** The instance with this id, if there is one. */
    public Optional<InstanceSnapshot> find(String id) {
        requireNonNull(id, "id");
        return instances.stream().filter(instance -> instance.id().equals(id)).findFirst();
    }

    /** Calls in flight over all instances. */
    public int inFlight() {
        return instances.stream().mapToInt(InstanceSnapshot::inFlight).sum();
    }

    /** Whether so few instances are well that others are used, too. */
    public boolean isFailOpen() {
        return failOpen;
    }

    /** Calls that wait for a place, where they may. */
    public int waiting() {
        return waiting;
    }

    /** How many extra calls, retries and hedges, may be made now: from 0 to 100, see {@link dev.evenkeel.lb.admission.Purse}. */
    public double purse() {
        return purse;
    }

    /** How many times the strategy threw, answered null or with a stranger. */
    public long strategyFaults() {
        return strategyFaults;
    }

    /** How long ago the source delivered the list that is in force; empty before the first one. */
    public Optional<Duration> listAge() {
        return listAge;
    }

    /** Why the source cannot deliver or is not believed, in one line; empty while all is well. */
    public Optional<String> sourceFailure() {
        return sourceFailure;
    }

    /**
     * How many entries of the last list were ignored: nulls, addresses that are not accepted, ids that another entry had
     * before, and what was beyond 100,000. The log names some.
     */
    public int ignoredEntries() {
        return ignoredEntries;
    }

    /** The instances that are listed, but not used by this balancer, as others are in its subset; they are not asked for their health. */
    public List<ServiceInstance> outsideSubset() {
        return outsideSubset;
    }

    private List<String> ids() {
        return instances.stream().map(InstanceSnapshot::id).toList();
    }

    /** One line for the pool and one for each instance. */
    @Override
    public String toString() {
        return instances.stream()
                .map(instance -> "\n  " + instance)
                .collect(Collectors.joining("", serviceName + " v" + version + (failOpen ? " fail-open" : ""), ""));
    }

    /** Builds snapshots; not safe for concurrent use. */
    public static final class Builder {

        private final String serviceName;
        private long version;
        private List<InstanceSnapshot> instances = List.of();
        private boolean failOpen;
        private int waiting;
        private double purse;
        private long strategyFaults;
        private @Nullable Duration listAge;
        private @Nullable String sourceFailure;
        private int ignoredEntries;
        private List<ServiceInstance> outsideSubset = List.of();

        private Builder(String serviceName) {
            this.serviceName = requireNonNull(serviceName, "serviceName");
        }

        public Builder version(long version) {
            this.version = version;
            return this;
        }

        public Builder instances(List<InstanceSnapshot> instances) {
            this.instances = requireNonNull(instances, "instances");
            return this;
        }

        public Builder failOpen(boolean failOpen) {
            this.failOpen = failOpen;
            return this;
        }

        public Builder waiting(int waiting) {
            this.waiting = waiting;
            return this;
        }

        public Builder purse(double purse) {
            this.purse = purse;
            return this;
        }

        public Builder strategyFaults(long strategyFaults) {
            this.strategyFaults = strategyFaults;
            return this;
        }

        public Builder listAge(Duration listAge) {
            this.listAge = requireNonNull(listAge, "listAge");
            return this;
        }

        public Builder sourceFailure(String sourceFailure) {
            this.sourceFailure = requireNonNull(sourceFailure, "sourceFailure");
            return this;
        }

        public Builder ignoredEntries(int ignoredEntries) {
            this.ignoredEntries = ignoredEntries;
            return this;
        }

        public Builder outsideSubset(List<ServiceInstance> outsideSubset) {
            this.outsideSubset = requireNonNull(outsideSubset, "outsideSubset");
            return this;
        }

        public PoolSnapshot build() {
            return new PoolSnapshot(this);
        }
    }
}
