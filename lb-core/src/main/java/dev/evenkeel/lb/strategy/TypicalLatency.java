package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.concurrent.Fields;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * What an instance takes that is neither slow nor overloaded: the first quartile of the average latencies of those that
 * have answered, of at most 64 of them. One of the picks works it out anew when it is 50 ms old; the others go on with the
 * old one meanwhile.
 */
final class TypicalLatency {

    /** Nobody has answered yet. */
    static final double UNKNOWN = 0;

    private static final long MAX_AGE_NANOS = 50_000_000;
    private static final int SAMPLE = 64;

    private static final VarHandle NANOS = Fields.of(MethodHandles.lookup(), "nanos", double.class);
    private static final VarHandle UPDATING = Fields.of(MethodHandles.lookup(), "updating", boolean.class);

    private final Candidate[] candidates;

    /** Belongs to whoever has set {@link #updating}. */
    private final double[] sample;

    /** Written without a fence: it announces nothing. */
    private volatile double nanos;

    private volatile long updated;

    @SuppressWarnings("unused") // through UPDATING
    private volatile boolean updating;

    /** Goes on with what was known before. */
    TypicalLatency(Candidate[] candidates, double before, long now) {
        this.candidates = candidates;
        this.sample = new double[Math.min(candidates.length, SAMPLE)];
        this.nanos = before;
        this.updated = now - MAX_AGE_NANOS;
    }

    /**
     * In nanoseconds; 1 while nobody has answered, so that only calls in flight and weights count. The bits choose whom to
     * ask where there are many.
     */
    double at(long now, long bits) {
        double known = nanos;
        if (known == UNKNOWN || now - updated >= MAX_AGE_NANOS) {
            known = updated(now, bits, known);
        }
        return Math.max(1, known);
    }

    private double updated(long now, long bits, double known) {
        if (UPDATING.compareAndSet(this, false, true)) {
            try {
                NANOS.setOpaque(this, firstQuartile(bits, known));
                updated = now;
            } finally {
                updating = false;
            }
        }
        return nanos;
    }

    double nanos() {
        return nanos;
    }

    private double firstQuartile(long bits, double otherwise) {
        int n = candidates.length;
        int place = n <= SAMPLE ? 0 : (int) (((bits >>> 32) * n) >>> 32);
        int stride = Math.max(1, n / SAMPLE);
        int count = 0;
        for (int i = 0; i < sample.length; i++) {
            long latency = candidates[place].latencyNanos();
            if (latency > 0) {
                sample[count++] = latency;
            }
            place += stride;
            place = place < n ? place : place - n;
        }
        if (count == 0) {
            return otherwise;
        }
        Arrays.sort(sample, 0, count);
        return sample[(count - 1) / 4];
    }
}
