package dev.evenkeel.lb.observe;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Why a pick came to nothing: each instance with the reason why it was passed over. An immutable value. */
public final class PickExplanation {

    /** The most instances that are listed one by one; the counts always cover all. */
    public static final int MAX_LISTED = 100;

    /** Why an instance was passed over. More values may come: a {@code switch} over them needs a default. */
    public enum Reason {
        /** Nothing spoke against it when the explanation was made. */
        ADMISSIBLE,
        /** Nothing else spoke against it, but its priority or zone is used only when nobody else admits a call. */
        OTHER_TIER,
        /** It has left, and gets no new calls, but those of its own sessions for a while. */
        DRAINING,
        /** It is sick, and others are not. */
        UNHEALTHY,
        /** Its calls failed, or it asked for a pause, and others are well. */
        EJECTED,
        /** Its weight is 0, and that of others is not. */
        WEIGHT_ZERO,
        /** It does not carry the metadata that the request requires, or the view. */
        METADATA,
        /** The request wants another one and no other will do. */
        NOT_PREFERRED,
        /** As many calls are in flight as it may have: one without an answer, when it is tried after an ejection. */
        SATURATED,
        /** It is listed, but this balancer does not use it: others are in its subset. */
        OUTSIDE_SUBSET
    }

    private final ImmutableMap<String, Reason> reasons;
    private final ImmutableMap<Reason, Integer> counts;

    private PickExplanation(ImmutableMap<String, Reason> reasons, ImmutableMap<Reason, Integer> counts) {
        this.reasons = reasons;
        this.counts = counts;
    }

    /** An explanation from its parts; made by the library, and by tests. */
    public static PickExplanation of(Map<String, Reason> reasons, Map<Reason, Integer> counts) {
        return new PickExplanation(
                ImmutableMap.copyOf(requireNonNull(reasons, "reasons")),
                ImmutableMap.copyOf(requireNonNull(counts, "counts")));
    }

    /** The reason for each instance by its id, for at most the first 100 instances. */
    public Map<String, Reason> reasons() {
        return reasons;
    }

    /** How many instances were passed over for each reason; a reason without any is missing. */
    public Map<Reason, Integer> counts() {
        return counts;
    }

    /** How many instances there are in all. */
    public int known() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The counts: {@code 3 known: 2 UNHEALTHY, 1 DRAINING}. */
    @Override
    public String toString() {
        return counts.entrySet().stream()
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", ", known() + " known" + (counts.isEmpty() ? "" : ": "), ""));
    }
}
