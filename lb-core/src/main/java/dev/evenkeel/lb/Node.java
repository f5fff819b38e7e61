package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.ReceivedReport;
import dev.evenkeel.lb.time.Ticker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The live state of one instance. It outlives pools: a lease holds the node that it was taken from, and gives back to
 * exactly that one.
 *
 * <p>The number of calls in flight and the mark that the node is draining share one word, so that a pick and the begin of
 * a drain cannot miss each other: after the mark is set no pick gets in, and whoever takes the last call out sees it.
 *
 * <p>So does the mark that the calls are also counted in a total: each call that begins or ends sees whether it has to
 * change the total, and setting or clearing the mark moves exactly the calls that did not.
 */
final class Node implements Candidate {

    /** The sign bit of {@link #load}. The rest of the word goes on counting. */
    private static final int DRAINING = Integer.MIN_VALUE;

    /** A bit of {@link #load}. The bits below it count. */
    private static final int COUNTED = 1 << 30;

    private static final int CALLS = COUNTED - 1;

    private static final VarHandle LOAD;

    static {
        try {
            LOAD = MethodHandles.lookup().findVarHandle(Node.class, "load", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final Ticker ticker;
    private final int limit;
    private final Consumer<Node> onDrained;
    private final LatencyAverage latency = new LatencyAverage();
    private final Map<Outcome.Kind, LongAdder> outcomes = new EnumMap<>(Outcome.Kind.class);
    private final LongAdder unreported = new LongAdder();

    @SuppressWarnings("unused") // through LOAD
    private volatile int load;

    /** Where the calls are counted as well. Written by the control plane before it sets the mark, read after seeing it. */
    private @Nullable LongAdder total;

    /** Written by the control plane, read anywhere. */
    private volatile NodeState state;

    /** Written by the control plane, read anywhere. */
    private volatile double weight;

    /** The newest report. Of two that come in at once either may stay. */
    private volatile Optional<ReceivedReport> lastReport = Optional.empty();

    /**
     * The place among the candidates of the newest pool, written by the control plane. Not volatile, as ten thousand fences
     * would be most of the price of a change: a pick takes it for a hint, whatever it sees, and looks for itself in the
     * array of its pool.
     */
    private int slot;

    Node(ServiceInstance instance, Ticker ticker, int limit, Consumer<Node> onDrained) {
        this.state = NodeState.of(instance);
        this.weight = instance.weight();
        this.ticker = ticker;
        this.limit = Math.min(limit, CALLS);
        this.onDrained = onDrained;
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            outcomes.put(kind, new LongAdder());
        }
    }

    @Override
    public ServiceInstance instance() {
        return state.instance();
    }

    @Override
    public double weight() {
        return weight;
    }

    @Override
    public int inFlight() {
        return load & CALLS;
    }

    @Override
    public long latencyNanos() {
        return latency.nanos();
    }

    @Override
    public Optional<ReceivedReport> lastReport() {
        return lastReport;
    }

    @Override
    public boolean admits(PickRequest request) {
        return isFree() && (isPlain(request) || (suits(request) && !isAvoidedBy(request)));
    }

    String id() {
        return state.instance().id();
    }

    NodeState state() {
        return state;
    }

    void state(NodeState changed) {
        this.state = changed;
    }

    void weight(double effective) {
        this.weight = effective;
    }

    int slot() {
        return slot;
    }

    void slot(int place) {
        if (slot != place) {
            slot = place;
        }
    }

    /** Whether the request says nothing, at a glance: one that only equals the constant goes the long way. */
    @SuppressWarnings("ReferenceEquality") // a glance
    static boolean isPlain(PickRequest request) {
        return request == PickRequest.EMPTY;
    }

    boolean isFree() {
        int current = load;
        return current >= 0 && (current & CALLS) < limit;
    }

    boolean isAvoidedBy(PickRequest request) {
        return !request.avoided().isEmpty() && request.avoided().contains(id());
    }

    /** Whether the request may go here at all, however busy the node is. */
    boolean suits(PickRequest request) {
        return request.isMetBy(instance()) && isAcceptedBy(request);
    }

    boolean isAcceptedBy(PickRequest request) {
        return request.anotherWillDo() || id().equals(request.preferred().orElse(null));
    }

    /** Begins a call, unless the node is draining or at its limit. */
    @Nullable TrackedLease begin(boolean failOpen) {
        int current = load;
        if (current < 0 || (current & CALLS) >= limit) {
            return null;
        }
        TrackedLease lease = new TrackedLease(this, ticker.nanos(), failOpen); // before the call counts: it may throw
        while (current >= 0 && (current & CALLS) < limit) {
            int seen = (int) LOAD.compareAndExchange(this, current, current + 1);
            if (seen == current) {
                addToTotal(current, 1);
                return lease;
            }
            current = seen;
        }
        return null;
    }

    /** The instance answered a call that began at that time. */
    void answered(long begun) {
        long now = ticker.nanos();
        latency.record(now - begun, now);
    }

    /** The instance has said how loaded it is. */
    void report(LoadReport report) {
        lastReport = Optional.of(ReceivedReport.of(report, ticker.nanos()));
    }

    /** Ends a call; null for an outcome that was not reported. */
    void end(@Nullable Outcome outcome) {
        LongAdder counter = outcome == null ? unreported : counter(outcome.kind());
        counter.increment();
        int before = (int) LOAD.getAndAdd(this, -1);
        addToTotal(before, -1);
        if ((before & ~COUNTED) == DRAINING + 1) {
            onDrained.accept(this);
        }
    }

    /** Lets no further call in. Returns whether none is in flight. */
    boolean drain() {
        return ((int) LOAD.getAndBitwiseOr(this, DRAINING) & CALLS) == 0;
    }

    /** Lets calls in again. */
    void undrain() {
        LOAD.getAndBitwiseAnd(this, ~DRAINING);
    }

    /** Counts the calls in this total as well, also those that are in flight. On the control plane, always the same total. */
    void countIn(LongAdder sum) {
        if ((load & COUNTED) == 0) {
            this.total = sum;
            int before = (int) LOAD.getAndBitwiseOr(this, COUNTED);
            sum.add(before & CALLS);
        }
    }

    /** Takes the calls out of the total again. On the control plane. */
    void countAlone() {
        int before = (int) LOAD.getAndBitwiseAnd(this, ~COUNTED);
        addToTotal(before, -(before & CALLS));
    }

    /** Changes the total if the word said so when it was changed. */
    private void addToTotal(int word, int calls) {
        if ((word & COUNTED) != 0) {
            requireNonNull(total).add(calls);
        }
    }

    long outcomes(Outcome.Kind kind) {
        return counter(kind).sum();
    }

    private LongAdder counter(Outcome.Kind kind) {
        return requireNonNull(outcomes.get(kind)); // filled once, for every kind
    }

    long unreported() {
        return unreported.sum();
    }

    @Override
    public String toString() {
        return state.instance().toString();
    }
}
