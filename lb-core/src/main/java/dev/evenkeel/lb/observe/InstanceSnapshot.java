package dev.evenkeel.lb.observe;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One instance of a pool at one moment. An immutable value. */
public final class InstanceSnapshot {

    private final ServiceInstance instance;
    private final HealthStatus health;
    private final String reason;
    private final boolean eligible;
    private final boolean draining;
    private final boolean absent;
    private final int inFlight;
    private final int limit;
    private final long unreported;
    private final ImmutableMap<Outcome.Kind, Long> outcomes;
    private final long leaked;
    private final Duration waiting;
    private final Duration latency;
    private final int failuresInARow;
    private final boolean onProbation;
    private final double effectiveWeight;
    private final double tierShare;
    private final double warmUp;
    private final Optional<String> ejectionReason;
    private final Duration ejectionRemaining;

    private InstanceSnapshot(Builder builder) {
        this.instance = builder.instance;
        this.health = builder.health;
        this.reason = builder.reason;
        this.eligible = builder.eligible;
        this.draining = builder.draining;
        this.absent = builder.absent;
        this.inFlight = builder.inFlight;
        this.limit = builder.limit;
        this.unreported = builder.unreported;
        this.outcomes = ImmutableMap.copyOf(builder.outcomes);
        this.leaked = builder.leaked;
        this.waiting = builder.waiting;
        this.latency = builder.latency;
        this.failuresInARow = builder.failuresInARow;
        this.onProbation = builder.onProbation;
        this.effectiveWeight = builder.effectiveWeight;
        this.tierShare = builder.tierShare;
        this.warmUp = builder.warmUp;
        this.ejectionReason = Optional.ofNullable(builder.ejectionReason);
        this.ejectionRemaining = builder.ejectionRemaining;
    }

    /** Starts a snapshot; made by the library, and by tests of code that reads snapshots. */
    public static Builder builder(ServiceInstance instance) {
        return new Builder(instance);
    }

    /** Who it is. */
    public ServiceInstance instance() {
        return instance;
    }

    public String id() {
        return instance.id();
    }

    /** What is known of its health. */
    public HealthStatus health() {
        return health;
    }

    /** Why its health is what it is, in one line; empty where nothing is known. */
    public String reason() {
        return reason;
    }

    /** Whether it may be picked now, be it as a reserve. */
    public boolean isEligible() {
        return eligible;
    }

    /** Whether it gets no new calls, but those of its sessions for a while, and leaves when those in flight have ended. */
    public boolean isDraining() {
        return draining;
    }

    /**
     * Whether lists lack it, but it stays for a time, because it is well, or because lists that lack so many are doubted. It may be
     * picked like any other.
     */
    public boolean isAbsent() {
        return absent;
    }

    /** Calls picked and not ended. */
    public int inFlight() {
        return inFlight;
    }

    /** How many calls it may have in flight now. */
    public int limit() {
        return limit;
    }

    /** Calls picked so far: those that ended and those in flight. */
    public long picks() {
        return outcomes.values().stream().mapToLong(Long::longValue).sum() + unreported + inFlight;
    }

    /** Calls that ended this way so far. */
    public long outcomes(Outcome.Kind kind) {
        return requireNonNull(outcomes.getOrDefault(requireNonNull(kind, "kind"), 0L));
    }

    /** Calls that were closed without saying how they went. */
    public long unreported() {
        return unreported;
    }

    /**
     * Those among {@link #unreported()} whose {@link dev.evenkeel.lb.Lease} was dropped without being ended. Found when the
     * garbage collector has found it; of those before the first one in the balancer, one in 128.
     */
    public long leaked() {
        return leaked;
    }

    /** Calls that ended badly: never reached, failed, overloaded. */
    public long failures() {
        return outcomes(Outcome.Kind.NEVER_REACHED) + outcomes(Outcome.Kind.FAILED) + outcomes(Outcome.Kind.OVERLOADED);
    }

    /** How many calls have failed since the last success. */
    public int failuresInARow() {
        return failuresInARow;
    }

    /**
     * For how long a call has been waiting for an answer: no longer than the oldest of them, and not much shorter; zero when
     * none is. A call that has been {@linkplain dev.evenkeel.lb.Lease#answered() answered} waits no more.
     */
    public Duration waiting() {
        return waiting;
    }

    /** The average time to answer; zero before the first answer. */
    public Duration latency() {
        return latency;
    }

    /** Whether it is so new that {@link dev.evenkeel.lb.strategy.Strategies#adaptive()} trusts it with few calls at once. */
    public boolean isOnProbation() {
        return onProbation;
    }

    /** The weight that strategies see. */
    public double effectiveWeight() {
        return effectiveWeight;
    }

    /**
     * What share of the calls goes to its tier, which is those of its priority and zone as far as these count: 1 where there are
     * no tiers, and 0 for an instance that is a reserve or may not be picked.
     */
    public double tierShare() {
        return tierShare;
    }

    /** How far its warm-up is, from 0 to 1; 1 also for one that does not need any. */
    public double warmUp() {
        return warmUp;
    }

    /** Why its calls have taken it out, in one line; empty if they have not. */
    public Optional<String> ejectionReason() {
        return ejectionReason;
    }

    /** For how long it is still out; zero if it is tried again, and if it is not ejected. */
    public Duration ejectionRemaining() {
        return ejectionRemaining;
    }

    @Override
    public String toString() {
        return instance + " " + health + (ejectionReason.isPresent() ? " ejected" : "") + (draining ? " draining" : "")
                + (absent ? " absent" : "")
                + (eligible ? "" : " out") + (tierShare == 1 || !eligible ? "" : " share=" + tierShare) + " inFlight="
                + inFlight + " picks=" + picks() + " failures=" + failures();
    }

    /** Builds snapshots; not safe for concurrent use. */
    public static final class Builder {

        private final ServiceInstance instance;
        private HealthStatus health = HealthStatus.UNKNOWN;
        private String reason = "";
        private boolean eligible = true;
        private boolean draining;
        private boolean absent;
        private int inFlight;
        private int limit = Integer.MAX_VALUE;
        private long unreported;
        private final Map<Outcome.Kind, Long> outcomes = new EnumMap<>(Outcome.Kind.class);
        private long leaked;
        private Duration waiting = Duration.ZERO;
        private Duration latency = Duration.ZERO;
        private int failuresInARow;
        private boolean onProbation;
        private double effectiveWeight;
        private double tierShare = 1;
        private double warmUp = 1;
        private @Nullable String ejectionReason;
        private Duration ejectionRemaining = Duration.ZERO;

        private Builder(ServiceInstance instance) {
            this.instance = requireNonNull(instance, "instance");
            this.effectiveWeight = instance.weight();
        }

        public Builder health(HealthStatus health, String reason) {
            this.health = requireNonNull(health, "health");
            this.reason = requireNonNull(reason, "reason");
            return this;
        }

        public Builder eligible(boolean eligible) {
            this.eligible = eligible;
            return this;
        }

        public Builder draining(boolean draining) {
            this.draining = draining;
            return this;
        }

        public Builder absent(boolean absent) {
            this.absent = absent;
            return this;
        }

        public Builder inFlight(int inFlight) {
            this.inFlight = inFlight;
            return this;
        }

        public Builder limit(int limit) {
            this.limit = limit;
            return this;
        }

        public Builder outcomes(Outcome.Kind kind, long count) {
            this.outcomes.put(kind, count);
            return this;
        }

        public Builder unreported(long unreported) {
            this.unreported = unreported;
            return this;
        }

        public Builder leaked(long leaked) {
            this.leaked = leaked;
            return this;
        }

        public Builder waiting(Duration waiting) {
            this.waiting = requireNonNull(waiting, "waiting");
            return this;
        }

        public Builder failuresInARow(int failuresInARow) {
            this.failuresInARow = failuresInARow;
            return this;
        }

        public Builder onProbation(boolean onProbation) {
            this.onProbation = onProbation;
            return this;
        }

        public Builder latency(Duration latency) {
            this.latency = requireNonNull(latency, "latency");
            return this;
        }

        public Builder effectiveWeight(double effectiveWeight) {
            this.effectiveWeight = effectiveWeight;
            return this;
        }

        public Builder tierShare(double tierShare) {
            this.tierShare = tierShare;
            return this;
        }

        public Builder warmUp(double warmUp) {
            this.warmUp = warmUp;
            return this;
        }

        public Builder ejection(String reason, Duration remaining) {
            this.ejectionReason = requireNonNull(reason, "reason");
            this.ejectionRemaining = requireNonNull(remaining, "remaining");
            return this;
        }

        public InstanceSnapshot build() {
            return new InstanceSnapshot(this);
        }
    }
}
