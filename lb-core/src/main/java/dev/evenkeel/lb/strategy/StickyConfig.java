package dev.evenkeel.lb.strategy;

/**
 * What the sticky strategies of {@link Strategies} may be told. An immutable value.
 */
public final class StickyConfig {

    private static final StickyConfig DEFAULTS = builder().build();

    private final SipHash hash;
    private final double maxLoad;

    private StickyConfig(Builder builder) {
        this.hash = builder.hash;
        this.maxLoad = builder.maxLoad;
    }

    /** The public secret, and at most 1.25 times the mean load. */
    public static StickyConfig defaults() {
        return DEFAULTS;
    }

    public static Builder builder() {
        return new Builder();
    }

    SipHash hash() {
        return hash;
    }

    /** Infinite where the load has no bound. */
    double maxLoad() {
        return maxLoad;
    }

    @Override
    public String toString() {
        return Double.isInfinite(maxLoad) ? "unbounded load" : "maxLoad=" + maxLoad; // the secret is one
    }

    /** Builds configurations; not safe for concurrent use. Every setter refuses a bad value at once. */
    public static final class Builder {

        private SipHash hash = SipHash.withSecret(SipHash.PUBLIC_SECRET);
        private double maxLoad = 1.25;

        private Builder() {}

        /**
         * A secret of one's own, for sticky keys that strangers choose. The default is the same in every process, so that
         * all clients agree; whoever may choose keys can then choose many for one instance. Clients that shall agree use
         * the same secret.
         *
         * @param secret 16 bytes
         */
        public Builder secret(byte[] secret) {
            this.hash = SipHash.withSecret(secret);
            return this;
        }

        /**
         * How many calls an instance may have in flight, as a multiple of what it would have if all had the same for their
         * weight; a call that would be one more goes on in the order of its key. The default of 1.25 keeps a few hot keys
         * from drowning an instance; 2 moves far fewer calls.
         *
         * @param factor more than 1
         */
        public Builder maxLoad(double factor) {
            if (!(factor > 1)) {
                throw new IllegalArgumentException("maxLoad: " + factor + " (expected: more than 1)");
            }
            if (Double.isInfinite(factor)) {
                throw new IllegalArgumentException("maxLoad: " + factor + " (expected: finite, or unboundedLoad())");
            }
            this.maxLoad = factor;
            return this;
        }

        /** Keys stay where they are however busy their instance is, up to its limit. */
        public Builder unboundedLoad() {
            this.maxLoad = Double.POSITIVE_INFINITY;
            return this;
        }

        public StickyConfig build() {
            return new StickyConfig(this);
        }
    }
}
