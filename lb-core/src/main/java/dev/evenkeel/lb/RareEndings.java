package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.Outcome;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often calls of one instance have ended in another way than with a success. Apart from the {@link Node}, which has it
 * from the first such ending on: most instances need none for long, and the smaller the nodes, the more of them are in the
 * caches.
 */
final class RareEndings {

    private final Map<Outcome.Kind, LongAdder> outcomes = new EnumMap<>(Outcome.Kind.class);
    private final LongAdder unreported = new LongAdder();
    private final LongAdder leaked = new LongAdder();

    RareEndings() {
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            if (kind != Outcome.Kind.SUCCESS) {
                outcomes.put(kind, new LongAdder());
            }
        }
    }

    /** Of any kind but a success. */
    LongAdder of(Outcome.Kind kind) {
        return requireNonNull(outcomes.get(kind));
    }

    /** Nobody said how they ended. */
    LongAdder unreported() {
        return unreported;
    }

    /** Those among them that nobody ended. */
    LongAdder leaked() {
        return leaked;
    }
}
