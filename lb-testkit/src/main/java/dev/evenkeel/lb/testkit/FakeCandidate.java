package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.ReceivedReport;
import java.time.Duration;
import java.util.Optional;

/** A candidate whose figures a test sets, for tests of a strategy alone. Safe for concurrent use. */
public final class FakeCandidate implements Candidate {

    private final ServiceInstance instance;
    private volatile int inFlight;
    private volatile long latencyNanos;
    private volatile long lastAnswerNanos;
    private volatile long lastPickNanos;
    private volatile boolean waiting;
    private volatile long waitingSinceNanos;
    private volatile double failureShare;
    private volatile int failuresInARow;
    private volatile long lastFailureNanos;
    private volatile int callsOnProbation = Integer.MAX_VALUE;
    private volatile Optional<ReceivedReport> lastReport = Optional.empty();
    private volatile boolean open = true;

    /** An idle candidate with the weight of the instance. */
    public FakeCandidate(ServiceInstance instance) {
        this.instance = instance;
    }

    /** Sets the number of calls in flight. */
    public FakeCandidate inFlight(int calls) {
        this.inFlight = calls;
        return this;
    }

    /** Sets the average time to answer. */
    public FakeCandidate latency(Duration latency) {
        this.latencyNanos = latency.toNanos();
        return this;
    }

    /** Sets the average time to answer, which last changed at this reading of the clock. */
    public FakeCandidate latency(Duration latency, long nanos) {
        this.lastAnswerNanos = nanos;
        return latency(latency);
    }

    /** Says that it was last picked at this reading of the clock. */
    public FakeCandidate picked(long nanos) {
        this.lastPickNanos = nanos;
        return this;
    }

    /** Says that a call has been waiting for an answer since this reading of the clock. */
    public FakeCandidate waitingSince(long nanos) {
        this.waitingSinceNanos = nanos;
        this.waiting = true;
        return this;
    }

    /** Sets the share of calls that failed, the failures in a row, and when the last one was. */
    public FakeCandidate failures(double share, int inARow, long nanos) {
        this.failureShare = share;
        this.failuresInARow = inARow;
        this.lastFailureNanos = nanos;
        return this;
    }

    /** Sets with how many calls at once it should be trusted. */
    public FakeCandidate callsOnProbation(int calls) {
        this.callsOnProbation = calls;
        return this;
    }

    /** Says that it reported this load at this reading of the clock. */
    public FakeCandidate report(LoadReport report, long nanos) {
        this.lastReport = Optional.of(ReceivedReport.of(report, nanos));
        return this;
    }

    /** Sets whether it admits calls that do not avoid it. */
    public FakeCandidate open(boolean admitting) {
        this.open = admitting;
        return this;
    }

    @Override
    public ServiceInstance instance() {
        return instance;
    }

    @Override
    public double weight() {
        return instance.weight();
    }

    @Override
    public int inFlight() {
        return inFlight;
    }

    @Override
    public long latencyNanos() {
        return latencyNanos;
    }

    @Override
    public long lastAnswerNanos() {
        return lastAnswerNanos;
    }

    @Override
    public long lastPickNanos() {
        return lastPickNanos;
    }

    @Override
    public long waitingNanos(long now) {
        return waiting ? Math.max(0, now - waitingSinceNanos) : 0;
    }

    @Override
    public double failureShare(long now) {
        return failureShare;
    }

    @Override
    public int failuresInARow() {
        return failuresInARow;
    }

    @Override
    public long lastFailureNanos() {
        return lastFailureNanos;
    }

    @Override
    public int callsOnProbation() {
        return callsOnProbation;
    }

    @Override
    public Optional<ReceivedReport> lastReport() {
        return lastReport;
    }

    @Override
    public boolean admits(PickRequest request) {
        return open && !request.avoided().contains(instance.id());
    }

    @Override
    public String toString() {
        return instance.toString();
    }
}
