package dev.evenkeel.lb.call;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.text.DurationRange;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One call to a service that survives the failure of an instance: it takes a lease, has the work done, ends the lease, and does
 * so again at another instance if that may help and harms nobody. It knows nothing of HTTP.
 *
 * <pre>{@code
 * String answer = BalancedCall.to(orders)
 *         .replay(Replay.ALWAYS)
 *         .timeout(Duration.ofSeconds(2))
 *         .build()
 *         .execute(attempt -> talkTo(attempt.instance().address()));
 * }</pre>
 *
 * <p><b>One more attempt</b> is made of a call that was {@linkplain dev.evenkeel.lb.request.Outcome.Kind never reached, failed
 * or overloaded}, if the call may be {@linkplain Replay replayed}, the {@link RetryPolicy} says so, the time that is left is
 * enough for the fastest instance, and the {@linkplain dev.evenkeel.lb.admission.Purse purse} of the balancer pays for it. It
 * goes to an instance that has not been tried while there is one, for a sticky call in the order of its key. That is free if the
 * last one had no room, and was sent nothing. Other outcomes are nobody's fault, or nobody knows whose, and end the call.
 *
 * <p><b>A hedge</b> is a second attempt beside the first, see {@link HedgePolicy}: only of calls that may always be replayed,
 * only in {@link #executeAsync}, never with too few instances well ({@linkplain dev.evenkeel.lb.Lease#isFailOpen fail-open}),
 * nor in a {@linkplain dev.evenkeel.lb.request.StickySession session}, of which no other instance knows.
 * The slower one is stopped, and nothing is made of it.
 *
 * <p><b>What the caller gets</b> when nothing helped is the exception of the last attempt, as it is; {@link AttemptHistory}
 * reads the others from it. If there was no attempt: what {@link LoadBalancer#acquireAsync(PickRequest)} fails with,
 * or what is {@linkplain Builder#refusalFailure made} of it.
 *
 * <p><b>The end.</b> {@link #cancel} ends the call at once, whatever it waits for, and so does the end of its time. Nothing is
 * in flight then, but for an answer that was {@linkplain Attempt#keepOpen kept open}.
 *
 * <p>An object is for one call. It costs a few small objects more than the lease, and no timer unless times are limited or
 * hedging is on. Safe for concurrent use.
 */
public final class BalancedCall {

    private static final DurationRange TIMES = new DurationRange(Duration.ofNanos(1), Duration.ofDays(365));

    private final LoadBalancer balancer;
    private final PickRequest pickRequest;
    private final Replay replay;
    private final RetryPolicy retries;
    private final HedgePolicy hedging;
    private final @Nullable Duration timeout;
    private final @Nullable Duration retryWithin;
    private final Function<Duration, ? extends Throwable> timeoutFailure;
    private final Function<Throwable, ? extends Throwable> refusalFailure;

    private final CallState state;

    /** What an asynchronous call leads to. Written before {@link #state} is read, and the other way round. */
    private volatile @Nullable CompletableFuture<?> answer;

    private BalancedCall(Builder builder) {
        this.balancer = builder.balancer;
        this.pickRequest = builder.pickRequest;
        this.replay = builder.replay;
        this.retries = builder.retries;
        this.hedging = builder.hedging;
        this.timeout = builder.timeout;
        this.retryWithin = builder.retryWithin;
        this.timeoutFailure = builder.timeoutFailure;
        this.refusalFailure = builder.refusalFailure;
        this.state = new CallState(this);
    }

    /** Starts a call to a service. */
    public static Builder to(LoadBalancer balancer) {
        return new Builder(requireNonNull(balancer, "balancer"));
    }

    /** What is done in an attempt, on the thread of the caller. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object, X extends Exception> {

        /** Does it, at the attempt's instance. What it throws that is not worth another attempt, the caller gets. */
        T run(Attempt attempt) throws X, InterruptedException;
    }

    /**
     * Makes the call on this thread, which waits for an instance and between attempts; an interrupt ends the wait. Attempts
     * follow one another: there are no hedges. When time is up, an attempt ends if its work does:
     * {@linkplain Attempt#onStop tell} how, or heed {@link Attempt#timeLeft}.
     *
     * @throws X by the last attempt
     * @throws dev.evenkeel.lb.LoadBalancerException if there was no attempt, as there is no instance to be had
     * @throws IllegalStateException if there was no attempt, as the balancer is closed; or if the call was made before
     * @throws TimeoutException if the time was over before there was an attempt
     * @throws CancellationException if the call was cancelled while no attempt was under way; otherwise
     *     what that throws
     */
    public <T extends @Nullable Object, X extends Exception> T execute(Work<T, X> work)
            throws X, InterruptedException, TimeoutException {
        requireNonNull(work, "work");
        begin();
        return new BlockingAttempts<>(state, this, work).run();
    }

    /**
     * Makes the call without waiting on any thread.
     *
     * @param work begins an attempt and must not block. It runs on this thread, on the one that ended the attempt before, or
     *     on the balancer's executor. The future that it returns is cancelled when nobody waits for it any more; a value that
     *     comes nevertheless is closed if it is an {@link AutoCloseable}
     * @return the answer, or what {@link #execute} would throw, or the {@linkplain Builder#timeoutFailure failure of a
     *     time-out}. To complete it in any way, such as by {@code cancel}, is to cancel the call. What depends on
     *     it runs on the thread that ended the last attempt, or on the balancer's executor
     * @throws IllegalStateException if the call was made before
     */
    public <T extends @Nullable Object> CompletableFuture<T> executeAsync(
            Function<Attempt, CompletableFuture<T>> work) {
        requireNonNull(work, "work");
        begin();
        AsyncAttempts<T> attempts = new AsyncAttempts<>(state, this, work);
        CompletableFuture<T> promised = attempts.answer();
        answer = promised;
        if (state.isOver()) { // cancelled before it began
            promised.cancel(true);
        } else {
            attempts.begin();
        }
        return promised;
    }

    /**
     * Ends the call at once, whatever it waits for; nothing is said of the instances. What {@link #execute} is doing in an
     * attempt ends if its work does, see {@link Attempt#onStop}. Does nothing if the call is over; one that has not begun never
     * makes an attempt.
     */
    public void cancel() {
        state.end(false);
        CompletableFuture<?> promised = answer;
        if (promised != null && !promised.isDone()) {
            CancellationException cancelled = new CancellationException();
            state.describe(cancelled);
            promised.completeExceptionally(cancelled);
        }
    }

    private void begin() {
        if (!state.make()) {
            throw new IllegalStateException("call: made before (expected: one object for each call)");
        }
    }

    LoadBalancer balancer() {
        return balancer;
    }

    PickRequest pickRequest() {
        return pickRequest;
    }

    Replay replay() {
        return replay;
    }

    RetryPolicy retries() {
        return retries;
    }

    HedgePolicy hedging() {
        return hedging;
    }

    @Nullable Duration timeout() {
        return timeout;
    }

    @Nullable Duration retryWithin() {
        return retryWithin;
    }

    Function<Duration, ? extends Throwable> timeoutFailure() {
        return timeoutFailure;
    }

    Function<Throwable, ? extends Throwable> refusalFailure() {
        return refusalFailure;
    }

    /** Says what is special about a call; not safe for concurrent use. May build several. */
    public static final class Builder {

        private final LoadBalancer balancer;
        private PickRequest pickRequest = PickRequest.EMPTY;
        private Replay replay = Replay.UNSENT;
        private RetryPolicy retries = RetryPolicy.defaults();
        private HedgePolicy hedging = HedgePolicy.off();
        private @Nullable Duration timeout;
        private @Nullable Duration retryWithin;
        private Function<Duration, ? extends Throwable> timeoutFailure =
                limit -> new TimeoutException("no answer within " + limit);
        private Function<Throwable, ? extends Throwable> refusalFailure = Function.identity();

        private Builder(LoadBalancer balancer) {
            this.balancer = balancer;
        }

        /** Sets what to say of the picks. Default nothing. */
        public Builder pickRequest(PickRequest request) {
            this.pickRequest = requireNonNull(request, "request");
            return this;
        }

        /** Sets when the call may be sent once more. Default {@link Replay#UNSENT}: it is not known to be idempotent. */
        public Builder replay(Replay when) {
            this.replay = requireNonNull(when, "when");
            return this;
        }

        /** Sets how often it is made again, and what time an attempt has. Default {@link RetryPolicy#defaults()}. */
        public Builder retries(RetryPolicy policy) {
            this.retries = requireNonNull(policy, "policy");
            return this;
        }

        /** Sets after what time it is made a second time at once. Default {@link HedgePolicy#off()}. */
        public Builder hedging(HedgePolicy policy) {
            this.hedging = requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets what time all attempts have together, pauses and the wait for an instance included, from when the call is made;
         * up to 365 days. Default as much as they take.
         */
        public Builder timeout(Duration limit) {
            this.timeout = TIMES.check("limit", limit);
            return this;
        }

        /**
         * Sets by when an answer is of use, where the work knows itself how to end in time: neither a pause nor another attempt
         * begins that would take longer, and nobody waits longer for an instance: without one until then, the time is up as with
         * {@link #timeout}. Unlike that it ends no attempt. From when the call is made; up to 365 days. Default as long as it
         * takes.
         */
        public Builder retryWithin(Duration limit) {
            this.retryWithin = TIMES.check("limit", limit);
            return this;
        }

        /**
         * Sets what an asynchronous call fails with when its time is up, or that of its last attempt. Default a
         * {@link TimeoutException}.
         *
         * @param failure makes it, from the time that is up
         */
        public Builder timeoutFailure(Function<Duration, ? extends Throwable> failure) {
            this.timeoutFailure = requireNonNull(failure, "failure");
            return this;
        }

        /**
         * Sets what the call fails with if no instance was to be had for its first attempt. Default what
         * {@link LoadBalancer#acquireAsync(PickRequest)} fails with. For {@link #execute} it has to be unchecked, or what the
         * work may throw.
         *
         * @param failure makes it from that, such as {@link Acquisition#asIOException}
         */
        public Builder refusalFailure(Function<Throwable, ? extends Throwable> failure) {
            this.refusalFailure = requireNonNull(failure, "failure");
            return this;
        }

        public BalancedCall build() {
            return new BalancedCall(this);
        }
    }
}
