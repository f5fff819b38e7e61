package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.concurrent.Fields;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The live state of one instance. It outlives pools: a lease holds the node that it was taken from, and gives back to
 * exactly that one.
 *
 * <p>All that a call counts is in one word, see {@link CallWord}: a begin is one compare-and-set, an end one addition. As the
 * mark that the node is draining is in it, a pick and the begin of a drain cannot miss each other: after the mark is set
 * no pick gets in, and whoever takes the last call out sees it. So does the mark that the calls are also counted in a
 * total: each call that begins or ends sees whether it has to change the total, and setting or clearing the mark moves
 * exactly the calls that did not.
 */
final class Node implements Candidate {

    private static final VarHandle WORD = Fields.of(MethodHandles.lookup(), "word", long.class);
    private static final VarHandle SUCCESSES = Fields.of(MethodHandles.lookup(), "successes", long.class);
    private static final VarHandle LAST_PICK = Fields.of(MethodHandles.lookup(), "lastPick", long.class);
    private static final VarHandle OLDER_BEGUN = Fields.of(MethodHandles.lookup(), "olderBegun", long.class);

    /** A new instance has this many answers to give before it is like any other. */
    private static final int ANSWERS_ON_TRIAL = 3;

    private final Ticker ticker;
    private final Events events;
    private final CallStatistics statistics = new CallStatistics();

    /** Whether it joined a pool that was empty, so that it is not on trial. */
    private final boolean initial;

    /** But for the successes, which are in the word. */
    private final Map<Outcome.Kind, LongAdder> outcomes = new EnumMap<>(Outcome.Kind.class);

    private final LongAdder unreported = new LongAdder();
    private final AtomicLong leaked = new AtomicLong();

    /** How many calls it may have in flight; moved by the ends of calls, if it adapts. */
    private volatile int limit;

    private final @Nullable AdaptingLimit adaptingLimit;

    @SuppressWarnings("unused") // through WORD
    private volatile long word;

    /** Successes by 64; the rest is in the word. */
    @SuppressWarnings("unused") // through SUCCESSES
    private volatile long successes;

    /** When the last call began, or the node was made. Written without a fence: {@link #word} announces it. */
    private volatile long lastPick;

    /** When the last call of the older generation began; like it. */
    private volatile long olderBegun;

    /** Where the calls are counted as well. Written by the control plane before it sets the mark, read after seeing it. */
    private @Nullable LongAdder total;

    /** Written by the control plane, read anywhere. */
    private volatile NodeState state;

    /** Written by the control plane, read anywhere. */
    private volatile double weight;

    /** The newest report. Of two that come in at once either may stay. */
    private volatile Optional<ReceivedReport> lastReport = Optional.empty();

    private final FailureRun run = new FailureRun();

    /** What is to show whether it is well again; null while it is not ejected. Written by the control plane. */
    private volatile @Nullable Trial trial;

    /**
     * The place among the candidates of the newest pool, written by the control plane. Not volatile, as ten thousand fences
     * would be most of the price of a change: a pick takes it for a hint, whatever it sees, and looks for itself in the
     * array of its pool.
     */
    private int slot;

    /** What the end of a call may bring about, on the thread of that call. */
    interface Events {

        /** It was the last one of a node that is draining. */
        void drained(Node node);

        /** A call may begin that could not before. */
        void freed();

        /** Whether a pause of this process explains that a call that began then has taken until now. */
        default boolean slowed(long begun, long now) {
            return false;
        }

        /** Whether it explains that a call that began then has failed now. */
        default boolean spoiled(long begun, long now, boolean timedOut) {
            return false;
        }

        /** How long it was, in nanoseconds; 0 for none. */
        default long pausedNanos(long begun, long now) {
            return 0;
        }

        /** A call failed, perhaps one of a trial. */
        default void failed(Node node, Outcome outcome, @Nullable Trial trial) {}

        /** A call of a trial succeeded. */
        default void succeededOnTrial(Node node, Trial trial) {}
    }

    Node(ServiceInstance instance, Ticker ticker, InFlightLimit limit, boolean initial, Events events) {
        this.state = NodeState.of(instance);
        this.weight = instance.weight();
        this.ticker = ticker;
        this.lastPick = ticker.nanos();
        this.limit = limit.first();
        this.adaptingLimit = limit.adapting(lastPick);
        this.initial = initial;
        this.events = events;
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            if (kind != Outcome.Kind.SUCCESS) {
                outcomes.put(kind, new LongAdder());
            }
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
        return CallWord.inFlight(word);
    }

    @Override
    public long latencyNanos() {
        return statistics.latencyNanos();
    }

    @Override
    public long lastAnswerNanos() {
        return statistics.lastAnswer();
    }

    @Override
    public long lastPickNanos() {
        return lastPick;
    }

    @Override
    public long waitingNanos(long now) {
        long current = word;
        if (CallWord.isOlderWaiting(current)) {
            return Math.max(0, now - olderBegun);
        }
        return CallWord.isNewerWaiting(current) ? Math.max(0, now - lastPick) : 0;
    }

    @Override
    public double failureShare(long now) {
        return statistics.failureShare(now);
    }

    @Override
    public int failuresInARow() {
        return statistics.failuresInARow();
    }

    @Override
    public long lastFailureNanos() {
        return statistics.lastFailure();
    }

    @Override
    public int callsOnTrial() {
        if (initial) {
            return Integer.MAX_VALUE;
        }
        int answers = statistics.answers();
        return answers < ANSWERS_ON_TRIAL ? 1 << answers : Integer.MAX_VALUE;
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

    FailureRun run() {
        return run;
    }

    /** Its failures have had their effect: strategies are to call it again, and the next one is the first. */
    void forgive() {
        run.end();
        statistics.forgive();
    }

    @Nullable Trial trial() {
        return trial;
    }

    void trial(@Nullable Trial next) {
        this.trial = next;
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

    /** How many calls may be in flight now. */
    int limit() {
        return limit;
    }

    boolean isFree() {
        Trial current = trial;
        return CallWord.isFree(word, limit) && (current == null || current.isFree(ticker.nanos()));
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

    /** Begins a call at this time, unless the node is draining, at its limit, or on trial with another call. */
    @Nullable TrackedLease begin(long now, boolean failOpen) {
        long current = word;
        if (!CallWord.isFree(current, limit)) {
            return null;
        }
        TrackedLease lease = new TrackedLease(this, now, failOpen); // before the call counts: memory may be short
        Trial onTrial = trial;
        if (onTrial != null && !onTrial.enter(lease)) {
            return null;
        }
        while (CallWord.isFree(current, limit)) {
            long turned = CallWord.turned(current);
            if (turned != current) {
                OLDER_BEGUN.setOpaque(this, lastPick); // nobody relies on the old time any more
            }
            LAST_PICK.setOpaque(this, now);
            int generation = CallWord.current(turned);
            long begun = turned + CallWord.oneWaiting(generation) + 1;
            long seen = (long) WORD.compareAndExchange(this, current, begun);
            if (seen == current) {
                lease.generation = (byte) generation;
                if (CallWord.isCounted(current)) {
                    addToTotal(1);
                }
                return lease;
            }
            current = seen;
        }
        if (onTrial != null) {
            onTrial.leave(lease);
        }
        return null;
    }

    /** The instance answered this call. */
    void answered(TrackedLease lease) {
        WORD.getAndAdd(this, -CallWord.oneWaiting(lease.generation));
        leaveTrial(lease);
        answered(lease.begun(), ticker.nanos());
    }

    private void answered(long begun, long now) {
        if (!events.slowed(begun, now)) {
            statistics.answered(now - begun, now);
        }
    }

    /** The instance has said how loaded it is. */
    void report(LoadReport report) {
        lastReport = Optional.of(ReceivedReport.of(report, ticker.nanos()));
    }

    /** Ends a call that is still waiting for an answer or not; null if nobody said how. */
    void end(TrackedLease lease, @Nullable Outcome said, long waiting) {
        Outcome outcome = said;
        try {
            if (said != null) {
                outcome = fair(said, lease.begun());
                learn(outcome.kind(), lease.begun(), waiting != 0);
            }
        } finally { // a clock that throws does not keep the call in flight
            release(outcome, waiting);
            judge(outcome, lease);
        }
    }

    /** What an outcome says of the instance: not what is our own fault, nor what a caller has no patience for. */
    private Outcome fair(Outcome said, long begun) {
        if (said.isOfTheAddress()) {
            return statistics.answers() > 0 ? said : Outcome.neverReached();
        }
        if (said.kind() != Outcome.Kind.FAILED && !said.isTimeout()) {
            return said;
        }
        long now = ticker.nanos();
        if (events.spoiled(begun, now, said.isTimeout())) {
            return Outcome.localFault();
        }
        return said.isTimeout() && statistics.isTooSoon(now - begun) ? Outcome.cancelled() : said;
    }

    private static boolean saysNothing(Outcome.Kind kind) {
        return kind == Outcome.Kind.CANCELLED || kind == Outcome.Kind.LOCAL_FAULT;
    }

    /** Calls have not been waiting while this process did not run. On the control plane. */
    void paused(Pause pause) {
        long older = olderBegun;
        OLDER_BEGUN.compareAndSet(this, older, pause.moved(older));
        long last = lastPick;
        LAST_PICK.compareAndSet(this, last, pause.moved(last));
    }

    /** For how long this process did not run since then, in nanoseconds. */
    long pausedNanos(long begun) {
        return events.pausedNanos(begun, ticker.nanos());
    }

    /** A trial that has failed stays closed: the control plane, which hears of it, ends it. */
    private void judge(@Nullable Outcome outcome, TrackedLease lease) {
        Trial current = trial;
        Trial concerned = current != null && current.counts(lease) ? current : null;
        if (outcome == null || saysNothing(outcome.kind())) {
            leaveTrial(lease);
        } else if (outcome.kind() == Outcome.Kind.SUCCESS) {
            if (run.isOpen()) {
                run.end();
            }
            if (concerned != null) {
                events.succeededOnTrial(this, concerned);
            }
            leaveTrial(lease);
        } else {
            run.failed(outcome.kind());
            events.failed(this, outcome, concerned);
        }
    }

    private void leaveTrial(TrackedLease lease) {
        Trial current = trial;
        if (current != null && current.leave(lease)) {
            events.freed();
        }
    }

    private void learn(Outcome.Kind kind, long begun, boolean unanswered) {
        if (kind == Outcome.Kind.SUCCESS) {
            if (unanswered || statistics.hasFailures()) {
                long now = ticker.nanos();
                if (unanswered) {
                    answered(begun, now);
                }
                if (statistics.hasFailures()) {
                    statistics.succeeded(now);
                }
            }
        } else if (!saysNothing(kind)) {
            long now = ticker.nanos();
            if (adaptingLimit != null && (kind != Outcome.Kind.FAILED || statistics.isSlow(now - begun))) {
                limit = adaptingLimit.overloaded(begun, now);
            }
            if (unanswered) {
                statistics.failedUnanswered(now - begun, now);
            }
            statistics.failed(now);
        }
    }

    private void release(@Nullable Outcome outcome, long waiting) {
        boolean success = outcome != null && outcome.kind() == Outcome.Kind.SUCCESS;
        if (outcome == null) {
            unreported.increment();
        } else if (!success) {
            counter(outcome.kind()).increment();
        }
        int limitBefore = limit;
        long before = (long) WORD.getAndAdd(this, (success ? CallWord.SUCCESS : 0) - waiting - 1);
        if (success && CallWord.completesSuccesses(before)) {
            SUCCESSES.getAndAdd(this, 1L);
        }
        if (success && adaptingLimit != null) {
            limit = adaptingLimit.succeeded(CallWord.inFlight(before));
        }
        if (CallWord.isCounted(before)) {
            addToTotal(-1);
        }
        if (CallWord.isDraining(before, 1)) {
            events.drained(this);
        }
        if (CallWord.inFlight(before) >= limitBefore) {
            events.freed();
        }
    }

    /** Lets no further call in. Returns whether none is in flight. */
    boolean drain() {
        return CallWord.inFlight((long) WORD.getAndBitwiseOr(this, CallWord.DRAINING)) == 0;
    }

    /** Lets calls in again. */
    void undrain() {
        WORD.getAndBitwiseAnd(this, ~CallWord.DRAINING);
    }

    /** Counts the calls in this total as well, also those that are in flight. On the control plane, always the same total. */
    void countIn(LongAdder sum) {
        if (!CallWord.isCounted(word)) {
            this.total = sum;
            sum.add(CallWord.inFlight((long) WORD.getAndBitwiseOr(this, CallWord.COUNTED)));
        }
    }

    /** Takes the calls out of the total again. On the control plane. */
    void countAlone() {
        long before = (long) WORD.getAndBitwiseAnd(this, ~CallWord.COUNTED);
        if (CallWord.isCounted(before)) {
            addToTotal(-CallWord.inFlight(before));
        }
    }

    private void addToTotal(int calls) {
        requireNonNull(total).add(calls);
    }

    long outcomes(Outcome.Kind kind) {
        return kind == Outcome.Kind.SUCCESS ? successes() : counter(kind).sum();
    }

    private LongAdder counter(Outcome.Kind kind) {
        return requireNonNull(outcomes.get(kind)); // filled once, for every kind but one
    }

    /** Never goes back, unless two calls are held up between both counts at the same time. */
    private long successes() {
        long counted;
        long current;
        do {
            counted = successes;
            current = word;
        } while (counted != successes);
        return CallWord.successes(current, counted);
    }

    long unreported() {
        return unreported.sum();
    }

    /** One of the calls that ended unreported was leaked. */
    void countLeak() {
        leaked.incrementAndGet();
    }

    long leaked() {
        return leaked.get();
    }

    boolean isOnTrial() {
        return callsOnTrial() != Integer.MAX_VALUE;
    }

    @Override
    public String toString() {
        return state.instance().toString();
    }
}
