package dev.evenkeel.lb;

import org.jspecify.annotations.Nullable;

/** How many calls each instance may have in flight: a number that stays, or one that adapts. */
record InFlightLimit(int first, @Nullable AdaptiveLimit adaptive) {

    static final InFlightLimit NONE = fixed(CallWord.MAX_IN_FLIGHT);

    static InFlightLimit fixed(int limit) {
        return new InFlightLimit(Math.min(limit, CallWord.MAX_IN_FLIGHT), null);
    }

    static InFlightLimit adaptive(AdaptiveLimit config) {
        return new InFlightLimit(config.initial(), config);
    }

    /** What moves the limit of one instance; null if it stays. */
    @Nullable AdaptingLimit adapting(long now) {
        return adaptive == null ? null : new AdaptingLimit(adaptive, now);
    }
}
