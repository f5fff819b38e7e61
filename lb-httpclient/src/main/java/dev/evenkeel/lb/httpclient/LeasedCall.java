package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.call.HttpOutcomes;
import dev.evenkeel.lb.call.OrcaHeader;
import dev.evenkeel.lb.request.Outcome;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Ends the lease of one call, whatever becomes of it. It stands between the client and the caller's handler, subscriber
 * and subscription; one object for all three, as a call has one of each.
 *
 * <p>The lease ends before the caller is told, so that nothing is in flight any more when {@code send} returns. Which end
 * comes first decides the outcome:
 *
 * <ul>
 *   <li>the body is complete, or the caller does not want the rest: what the status says;
 *   <li>the caller's own handler or subscriber throws, or makes no body of the bytes: what the status says, as that is no
 *       fault of the instance;
 *   <li>the body fails: a failure. But the client also fails the body when it is the caller who gave up, by an interrupt or
 *       a cancellation. So until the client has handed the response over, the verdict waits for what the client says then.
 * </ul>
 */
final class LeasedCall<T> implements BodyHandler<T>, BodySubscriber<T>, Flow.Subscription {

    /** So much of the body of a redirect is read for the sake of its connection. */
    private static final int MAX_DISCARDED = 64 * 1024;

    private final Leg leg;
    private final Lease lease;
    private final BodyHandler<T> handler;
    private final @Nullable Runnable onEnd;

    private volatile boolean over;

    /** Where the call goes on, if the response is a redirect that is followed. */
    private volatile @Nullable Leg next;

    /** What the status says, once there is one. */
    private volatile @Nullable Outcome ofHead;

    /** What the body failed with. Written before {@link #handedOver} is read, and the other way round. */
    private volatile @Nullable Throwable bodyFailure;

    private volatile boolean handedOver;

    /** Written by the client before it speaks to a subscriber, and read when it does. */
    private @Nullable BodySubscriber<T> subscriber;

    /** The same, if it may be timed out. */
    private volatile @Nullable TimedBody<T> timed;

    private volatile Flow.@Nullable Subscription subscription;

    private volatile @Nullable CompletionStage<T> body;

    LeasedCall(Leg leg, Lease lease, BodyHandler<T> handler) {
        this(leg, lease, handler, null);
    }

    /**
     * A call that may be {@linkplain #timedOut timed out}.
     *
     * @param onEnd run when its lease has ended, perhaps more than once
     */
    LeasedCall(Leg leg, Lease lease, BodyHandler<T> handler, @Nullable Runnable onEnd) {
        this.leg = leg;
        this.lease = lease;
        this.handler = handler;
        this.onEnd = onEnd;
    }

    /** The leg after this one, if the client handed over a redirect that is followed; its body is gone. */
    @Nullable Leg next() {
        return next;
    }

    /** Whether its lease has ended. */
    boolean isOver() {
        return over;
    }

    /** The client gave this response to the caller. Its body may have ended, or go on. */
    void handedOver(HttpResponse<?> response) {
        if (ofHead == null) { // the wrapped client does without the handler: one that a test made up, perhaps
            end(outcome(response.statusCode(), response.headers().firstValue("Retry-After")));
        }
        handedOver = true;
        Throwable failure = bodyFailure;
        if (failure != null) {
            end(outcome(failure));
        }
    }

    /** The client has a response, but the caller is gone. */
    void abandoned() {
        if (subscription != null) { // else the client does without a body
            cancel();
        }
    }

    /** It has taken too long. The caller's subscriber is told, and the client hangs up. */
    void timedOut(Throwable failure) {
        end(Outcome.timedOut());
        TimedBody<T> unfinished = timed;
        if (unfinished != null) {
            unfinished.fail(failure); // first, as the client may fail it in its own way when it hangs up
        }
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }

    /** The client gave this failure to the caller. */
    void failed(Throwable failure) {
        Outcome head = ofHead;
        end(head != null && isSpoiltByTheCaller() ? head : outcome(failure));
    }

    /** Whether the body failed without the client having failed it: a file that cannot be opened, text that is no JSON. */
    private boolean isSpoiltByTheCaller() {
        CompletionStage<T> given = body;
        try {
            // The order matters: a body that the client fails knows of it later than this object.
            return given != null && given.toCompletableFuture().isCompletedExceptionally() && bodyFailure == null;
        } catch (UnsupportedOperationException cannotTell) {
            return false;
        }
    }

    private Outcome outcome(Throwable failure) {
        Outcome outcome = ExchangeFailures.outcome(failure);
        Outcome head = ofHead;
        return head != null && outcome.kind() == Outcome.Kind.CANCELLED ? head : outcome;
    }

    private static Outcome outcome(int status, Optional<String> retryAfter) {
        return HttpOutcomes.ofStatus(status, retryAfter);
    }

    @Override
    public BodySubscriber<T> apply(ResponseInfo head) {
        int status = head.statusCode();
        Outcome outcome =
                outcome(status, status < 400 ? Optional.empty() : head.headers().firstValue("Retry-After"));
        ofHead = outcome;
        if (outcome.kind() == Outcome.Kind.SUCCESS) {
            lease.answered(); // otherwise not: an instance that fails fast must not look fast
        }
        List<String> load = head.headers().allValues(OrcaHeader.NAME); // most have none, which costs nothing here
        if (!load.isEmpty()) {
            OrcaHeader.parse(load.get(0)).ifPresent(lease::report);
        }
        try {
            Leg following = leg.afterRedirect(lease.instance(), head);
            next = following;
            subscriber = following == null ? callers(handler.apply(head)) : new DiscardedBody<>(MAX_DISCARDED);
            return this;
        } catch (Throwable callersOwn) {
            end(outcome);
            throw callersOwn;
        }
    }

    private BodySubscriber<T> callers(BodySubscriber<T> given) {
        requireNonNull(given, "subscriber");
        if (onEnd == null) {
            return given;
        }
        TimedBody<T> body = new TimedBody<>(given);
        timed = body;
        return body;
    }

    /** Only when the client asks: a subscriber may do the caller's work in it. */
    @Override
    public CompletionStage<T> getBody() {
        CompletionStage<T> given = subscriber().getBody();
        body = given;
        return given;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        requireNonNull(given, "subscription");
        if (subscription != null) {
            given.cancel(); // there is one subscription to a body
            return;
        }
        subscription = given;
        try {
            subscriber().onSubscribe(this);
        } catch (Throwable callersOwn) {
            endAsTheHeadSays();
            throw callersOwn;
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        try {
            subscriber().onNext(bytes);
        } catch (Throwable callersOwn) {
            endAsTheHeadSays();
            throw callersOwn;
        }
    }

    @Override
    public void onError(Throwable failure) {
        requireNonNull(failure, "failure");
        bodyFailure = failure;
        if (handedOver) {
            end(outcome(failure));
        }
        subscriber().onError(failure);
    }

    @Override
    public void onComplete() {
        endAsTheHeadSays();
        subscriber().onComplete();
    }

    @Override
    public void request(long n) {
        requireNonNull(subscription).request(n);
    }

    @Override
    public void cancel() {
        endAsTheHeadSays();
        requireNonNull(subscription).cancel();
    }

    private void end(Outcome outcome) {
        lease.end(outcome);
        over = true;
        if (onEnd != null) {
            onEnd.run();
        }
    }

    private void endAsTheHeadSays() {
        end(requireNonNull(ofHead));
    }

    private BodySubscriber<T> subscriber() {
        return requireNonNull(subscriber);
    }
}
