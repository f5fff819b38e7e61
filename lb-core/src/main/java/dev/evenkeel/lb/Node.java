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
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The live state of one instance. It outlives pools: a lease holds the node that it was taken from, and gives back to
 * exactly that one.
 */
final class Node extends CallStatistics implements Candidate {

    /** A new instance has this many answers to give before it is like any other. */
    private static final int ANSWERS_ON_PROBATION = 3;

    private static final VarHandle RARE_ENDINGS = Fields.of(MethodHandles.lookup(), "rareEndings", RareEndings.class);

    private final Events events;

    /** What is to show whether it is well again; null while it is not ejected. Written by the control plane. */
    private volatile @Nullable Trial trial;

    /** Whether it joined a pool that was empty, so that it is not on probation. */
    private final boolean initial;

    /** Written by the control plane, read anywhere. */
    private volatile NodeState state;

    /** Written by the control plane, read anywhere. */
    private volatile double weight;

    /** Null before the first one. Successes are {@linkplain CallCounts in the word}. */
    private volatile @Nullable RareEndings rareEndings;

    /** The newest report. Of two that come in at once either may stay. */
    private volatile Optional<ReceivedReport> lastReport = Optional.empty();

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

        /** A call of a trial was answered, and goes on. */
        default void answeredOnTrial(Node node, Trial trial, TrackedLease lease) {}

        /** A call of a trial succeeded. */
        default void succeededOnTrial(Node node, Trial trial) {}
    }

    Node(ServiceInstance instance, Ticker ticker, InFlightLimit limit, boolean initial, Events events) {
        super(limit, ticker);
        this.state = NodeState.of(instance);
        this.weight = instance.weight();
        this.initial = initial;
        this.events = events;
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
    public int callsOnProbation() {
        int answers = answers();
        return answers >= ANSWERS_ON_PROBATION || initial ? Integer.MAX_VALUE : 1 << answers;
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

    @Nullable Trial trial() {
        return trial;
    }

    void trial(@Nullable Trial next) {
        this.trial = next;
        mark(next != null);
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
        return isOpen() || (hasRoom() && isFreeOnTrial());
    }

    private boolean isFreeOnTrial() {
        Trial current = trial;
        return current == null || current.isFree(now());
    }

    boolean isAvoidedBy(PickRequest request) {
        return (!request.avoided().isEmpty() && request.avoided().contains(id()))
                || (request.session().isPresent() && state.absent()); // it takes no new sessions
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
        boolean open = isOpen();
        if (!open && !hasRoom()) {
            return null;
        }
        TrackedLease lease = new TrackedLease(this, now, failOpen); // before the call counts: memory may be short
        Trial onTrial = open ? null : trial;
        if (onTrial != null && !onTrial.enter(lease)) {
            return null;
        }
        int generation = countBegin(now);
        if (generation == REFUSED) {
            if (onTrial != null) {
                onTrial.leave(lease);
            }
            return null;
        }
        lease.generation = (byte) generation;
        return lease;
    }

    /** The instance answered this call, which shows that it can be reached, and no more. */
    void answered(TrackedLease lease) {
        long before = countAnswer(lease.generation);
        if (CallWord.isFailing(before)) {
            endNeverReachedInARow();
        }
        if (CallWord.isOnTrial(before)) {
            Trial current = trial;
            if (current != null && current.counts(lease)) {
                events.answeredOnTrial(this, current, lease);
            }
            leave(current, lease);
        }
        learnAnswer(lease.begun(), now());
    }

    private void learnAnswer(long begun, long now) {
        if (now - begun < PauseWatch.SHORTEST || !events.slowed(begun, now)) { // what is shorter contains none
            answered(now - begun, now);
        }
    }

    /** The instance has said how loaded it is. */
    void report(LoadReport report) {
        lastReport = Optional.of(ReceivedReport.of(report, now()));
    }

    /** Ends a call that is still waiting for an answer or not; null if nobody said how. */
    void end(TrackedLease lease, @Nullable Outcome said, long waiting) {
        if (said != null && said.kind() == Outcome.Kind.SUCCESS) {
            endWell(lease, waiting);
            return;
        }
        Outcome outcome = said;
        try {
            if (said != null) {
                outcome = fair(said, lease.begun());
                learn(outcome.kind(), lease.begun(), waiting != 0);
            }
        } finally { // a clock that throws does not keep the call in flight
            long before = release(outcome, waiting);
            judge(outcome, CallWord.isOnTrial(before) ? trial : null, lease);
        }
    }

    /** It is out of flight before what it has taught is worked out: nobody needs to wait for that. */
    private void endWell(TrackedLease lease, long waiting) {
        int limitBefore = limit();
        long before = countEnd(true, waiting);
        try {
            learn(lease.begun(), waiting != 0, CallWord.isFailing(before));
        } finally {
            tellOfEnd(before, limitBefore);
            if (CallWord.isOnTrial(before)) {
                succeededOnTrial(trial, lease);
            }
        }
    }

    private void learn(long begun, boolean unanswered, boolean failing) {
        if (unanswered || failing) {
            long now = now();
            if (unanswered) {
                learnAnswer(begun, now);
            }
            if (failing) {
                mend(now);
            }
        }
    }

    /** What an outcome says of the instance: not what is our own fault, nor what a caller has no patience for. */
    private Outcome fair(Outcome said, long begun) {
        if (said.isOfTheAddress()) {
            return answers() > 0 ? said : Outcome.neverReached();
        }
        if (said.kind() != Outcome.Kind.FAILED && !said.isTimeout()) {
            return said;
        }
        long now = now();
        if (events.spoiled(begun, now, said.isTimeout())) {
            return Outcome.localFault();
        }
        return said.isTimeout() && isTooSoon(now - begun) ? Outcome.cancelled() : said;
    }

    private static boolean saysNothing(Outcome.Kind kind) {
        return kind == Outcome.Kind.CANCELLED || kind == Outcome.Kind.LOCAL_FAULT;
    }

    /** For how long this process did not run since then, in nanoseconds. */
    long pausedNanos(long begun) {
        return events.pausedNanos(begun, now());
    }

    private void leave(@Nullable Trial current, TrackedLease lease) {
        if (current != null && current.leave(lease)) {
            events.freed();
        }
    }

    private void learn(Outcome.Kind kind, long begun, boolean unanswered) {
        if (saysNothing(kind)) {
            return;
        }
        long now = now();
        if (hasAdaptingLimit() && (kind != Outcome.Kind.FAILED || isSlow(now - begun))) {
            lowerLimit(begun, now);
        }
        if (unanswered) {
            failedUnanswered(now - begun, now);
        }
        failed(now);
    }

    /** Returns the word before. */
    private long release(@Nullable Outcome outcome, long waiting) {
        if (outcome == null) {
            toCount().unreported().increment();
        } else {
            toCount().of(outcome.kind()).increment();
        }
        int limitBefore = limit();
        long before = countEnd(false, waiting);
        tellOfEnd(before, limitBefore);
        return before;
    }

    private void tellOfEnd(long before, int limitBefore) {
        if (CallWord.isDraining(before, 1)) {
            events.drained(this);
        }
        if (CallWord.inFlight(before) >= limitBefore) {
            events.freed();
        }
    }

    /** A trial that has failed stays closed: the control plane, which hears of it, ends it. */
    private void judge(@Nullable Outcome outcome, @Nullable Trial current, TrackedLease lease) {
        if (outcome == null || saysNothing(outcome.kind())) {
            leave(current, lease);
            return;
        }
        countFailureInARow(outcome.kind());
        events.failed(this, outcome, current != null && current.counts(lease) ? current : null);
    }

    private void succeededOnTrial(@Nullable Trial current, TrackedLease lease) {
        if (current != null && current.counts(lease)) {
            events.succeededOnTrial(this, current);
        }
        leave(current, lease);
    }

    long outcomes(Outcome.Kind kind) {
        return kind == Outcome.Kind.SUCCESS ? successes() : rare(endings -> endings.of(kind));
    }

    long unreported() {
        return rare(RareEndings::unreported);
    }

    /** One of the calls that ended unreported was leaked. */
    void countLeak() {
        toCount().leaked().increment();
    }

    long leaked() {
        return rare(RareEndings::leaked);
    }

    private long rare(Function<RareEndings, LongAdder> counter) {
        RareEndings endings = rareEndings;
        return endings == null ? 0 : counter.apply(endings).sum();
    }

    private RareEndings toCount() {
        RareEndings endings = rareEndings;
        if (endings != null) {
            return endings;
        }
        RareEndings first = new RareEndings();
        return RARE_ENDINGS.compareAndSet(this, null, first) ? first : requireNonNull(rareEndings);
    }

    boolean isOnProbation() {
        return callsOnProbation() != Integer.MAX_VALUE;
    }

    @Override
    public String toString() {
        return state.instance().toString();
    }
}
