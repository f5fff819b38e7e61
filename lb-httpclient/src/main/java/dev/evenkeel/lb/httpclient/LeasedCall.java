package dev.evenkeel.lb.httpclient;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.HttpOutcomes;
import dev.evenkeel.lb.call.OrcaHeader;
import dev.evenkeel.lb.call.OwnFaults;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.time.Cancellable;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * What goes on between the client and the caller in one attempt of a call, and the end of its lease, whatever becomes of it. It
 * stands between the client and the caller's handler, subscriber and subscription; one object for all three, as an attempt has
 * one of each. Only where the JDK collects a body to hand it over as a whole, in what time it takes, nobody stands between: then
 * the body ends with that, and the client, which wakes a thread to ask strange subscribers for their bodies, does not have to. Who
 * has limited the time of the call, or of an attempt, has a right to know when the body has ended, and not when a thread finds the
 * time to say so.
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
 *
 * <p>Whether the caller gets the answer at all, or it is got elsewhere, is decided before his handler knows of it.
 */
final class LeasedCall<T> implements BodyHandler<T>, BodySubscriber<T>, Flow.Subscription, AutoCloseable {

    /** So much of the body of an answer that the caller does not get is read for the sake of its connection. */
    private static final int MAX_DISCARDED = 64 * 1024;

    private static final Set<String> SENT_AGAIN_BY_THE_CLIENT = Set.of("GET", "HEAD");

    private final Leg leg;
    private final Attempt attempt;
    private final BodyHandler<T> handler;

    /** Whether its body may be {@linkplain #endBy timed out}. */
    private final boolean timeable;

    private volatile boolean over;

    /** Whether the caller gets the answer. */
    private volatile boolean accepted;

    /** Whether the body of the request could not be read: as if the caller had cancelled the call. */
    private volatile boolean unreadable;

    /** What the client promised, or the look-up of the address before that. */
    private volatile @Nullable CompletableFuture<?> stage;

    /** Where the call goes on, if the response is a redirect that is followed. */
    private volatile @Nullable Leg next;

    /** Those that the caller sees, once there are some. */
    private volatile @Nullable HttpHeaders headers;

    /** What the status says, once there is one. */
    private volatile @Nullable Outcome ofHead;

    /** What the body failed with. Written before {@link #handedOver} is read, and the other way round. */
    private volatile @Nullable Throwable bodyFailure;

    private volatile boolean handedOver;

    /** Whether the caller's own subscriber gets the body, as the client hands it over as a whole. */
    private volatile boolean whole;

    /** Whether nobody will read the body. Written before {@link #subscription} is read, and the other way round. */
    private volatile boolean abandoned;

    /** Written by the client before it speaks to a subscriber. */
    private volatile @Nullable BodySubscriber<T> subscriber;

    private volatile Flow.@Nullable Subscription subscription;

    private volatile @Nullable CompletionStage<T> body;

    /** Written by whoever has the response, as are those that follow. */
    private @Nullable LogicalResponse<T> response;

    private volatile @Nullable Cancellable timer;

    LeasedCall(Leg leg, Attempt attempt, BodyHandler<T> handler, boolean timeable) {
        this.leg = leg;
        this.attempt = attempt;
        this.handler = handler;
        this.timeable = timeable;
    }

    /** The leg after this one, if the client handed over a redirect that is followed; its body is gone. */
    @Nullable Leg next() {
        return next;
    }

    /** What the client handed over, as the caller sees it. */
    LogicalResponse<T> response() {
        return requireNonNull(response);
    }

    /** Whether its lease has ended. */
    boolean isOver() {
        return over;
    }

    // ---- on its way

    /**
     * What is sent, still addressed to the service.
     *
     * @param first what {@link Leg#copy()} gave
     */
    HttpRequest.Builder request(HttpRequest.Builder first) {
        HttpRequest.Builder copy = leg.copy(first, attempt);
        HttpRequest request = leg.request();
        if (!RepeatableBodies.isHeld(request)) {
            BodyPublisher body = request.bodyPublisher().orElseThrow();
            Runnable onRead = RepeatableBodies.isOf(request) ? () -> {} : attempt::spent;
            copy.method(request.method(), new CallersBody(body, onRead, () -> unreadable = true));
        }
        return copy;
    }

    /** Waits for this; nobody waits for it any longer than for the attempt. */
    <S> CompletableFuture<S> waitingFor(CompletableFuture<S> next) {
        stage = next;
        if (attempt.isStopped()) {
            next.cancel(true);
        }
        return next;
    }

    /** Nobody waits for the attempt any more. */
    void stopped() {
        tellWhatIsSpent();
        Outcome head = ofHead;
        boolean late = attempt.isTimedOut() && (head == null || accepted);
        end(late ? Outcome.timedOut() : head == null ? Outcome.cancelled() : head); // before the client fails it
        CompletableFuture<?> current = stage;
        if (current != null) {
            current.cancel(true);
        }
    }

    /**
     * The client gave this response to the caller. Its body may have ended, or go on.
     *
     * @param previous the response that redirected the call to this one
     */
    void handedOver(HttpResponse<T> given, @Nullable HttpResponse<T> previous) {
        HttpHeaders shown = headers == null ? given.headers() : headers;
        response = new LogicalResponse<>(given, shown, leg.request(), attempt.instance(), previous);
        tellWhatIsSpent(); // the time of the attempt may be up at this moment
        if (ofHead == null) { // the wrapped client does without the handler: one that a test made up, perhaps
            end(outcome(given.statusCode(), given.headers().firstValue("Retry-After")));
        } else if (whole) {
            endAsTheHeadSays();
        }
        handedOver = true;
        Throwable failure = bodyFailure;
        if (failure != null) {
            end(outcome(failure));
        }
    }

    /**
     * The client gave this failure to the caller.
     *
     * @return what the caller is to see
     */
    Throwable failed(Throwable failure) {
        Outcome head = ofHead;
        Outcome how = head != null && isSpoiltByTheCaller() ? head : outcome(failure);
        if (how.kind() == Outcome.Kind.FAILED && how.isTimeout()) { // the time of the request is up
            attempt.spent();
        }
        tellWhatIsSpent();
        if (head == null && ExchangeFailures.hadNoRoom(failure)) {
            attempt.unsent();
        }
        if (head == null && isSentAgain(how, failure)) {
            attempt.resent();
        }
        end(how);
        return OwnFaults.explained(failure, leg.serviceName(), attempt);
    }

    /** Whoever decides on another attempt has heard whether the caller has something that cannot be taken back. */
    private void tellWhatIsSpent() {
        if (accepted && !whole && !isRepeatable()) { // what is whole is known to be repeatable
            attempt.spent();
        }
    }

    /** Whether what the caller's subscriber has got can be forgotten, and the body begin anew at another subscriber. */
    private boolean isRepeatable() {
        BodySubscriber<T> given = subscriber;
        return given instanceof TimedBody<T> timed
                ? RepeatableBodies.isFor(timed.subscriber())
                : given instanceof DiscardedBody || (given != null && RepeatableBodies.isFor(given));
    }

    private boolean isSentAgain(Outcome how, Throwable failure) {
        return how.kind() == Outcome.Kind.FAILED
                && !attempt.isStopped()
                && SENT_AGAIN_BY_THE_CLIENT.contains(leg.request().method())
                && ExchangeFailures.lostConnection(failure);
    }

    /** The client has a response, but the caller is gone. The body may not even have begun: the client completes that first. */
    @Override
    public void close() {
        abandoned = true;
        if (ofHead != null) {
            endAsTheHeadSays();
        }
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
    }

    /** Ends the body if it takes longer than that. The caller's subscriber is told, and the client hangs up. */
    void endBy(Deadline deadline) {
        Cancellable given = deadline.start(() -> timedOut(deadline.failure()));
        timer = given;
        if (over) {
            given.cancel();
        }
    }

    private void timedOut(Throwable failure) {
        end(Outcome.timedOut());
        if (subscriber instanceof TimedBody<T> unfinished) {
            unfinished.fail(failure); // first, as the client may fail it in its own way when it hangs up
        }
        Flow.Subscription current = subscription;
        if (current != null) {
            current.cancel();
        }
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
        Outcome outcome = unreadable ? Outcome.cancelled() : ExchangeFailures.outcome(failure);
        Outcome head = ofHead;
        if (head == null) {
            return outcome;
        }
        return switch (outcome.kind()) {
            case CANCELLED -> head;
            case NEVER_REACHED -> Outcome.failed(); // it has been reached, whatever else was not
            default -> outcome;
        };
    }

    private static Outcome outcome(int status, Optional<String> retryAfter) {
        return HttpOutcomes.ofStatus(status, retryAfter);
    }

    @Override
    public BodySubscriber<T> apply(ResponseInfo head) {
        int status = head.statusCode();
        Outcome outcome =
                outcome(status, status < 400 ? Optional.empty() : head.headers().firstValue("Retry-After"));
        List<String> load = head.headers().allValues(OrcaHeader.NAME); // most have none, which costs nothing here
        if (!load.isEmpty()) {
            OrcaHeader.parse(load.get(0)).ifPresent(attempt::report);
        }
        boolean dispensable = leg.isBetterElsewhere(status);
        accepted = dispensable ? attempt.acceptIfLast(outcome) : attempt.accept(outcome);
        if (!accepted) {
            ofHead = dispensable ? outcome : attempt.isTimedOut() ? Outcome.timedOut() : Outcome.cancelled();
            return discarding();
        }
        ofHead = outcome;
        attempt.keepOpen();
        if (outcome.kind() == Outcome.Kind.SUCCESS) {
            attempt.answered(); // otherwise not: an instance that fails fast must not look fast
        }
        try {
            ResponseInfo seen = leg.logical(head);
            headers = seen.headers();
            Leg following = leg.afterRedirect(attempt.instance(), head);
            next = following;
            if (following != null) {
                return discarding();
            }
            BodySubscriber<T> given = requireNonNull(handler.apply(seen), "subscriber");
            subscriber = timeable ? new TimedBody<>(given) : given;
            whole = attempt.timeLeft().isEmpty() && RepeatableBodies.isFor(given);
            return whole ? given : this;
        } catch (Throwable callersOwn) {
            end(outcome);
            throw callersOwn;
        }
    }

    private BodySubscriber<T> discarding() {
        subscriber = new DiscardedBody<>(MAX_DISCARDED);
        return this;
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
        if (abandoned) {
            given.cancel();
            return;
        }
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
        attempt.end(outcome);
        over = true;
        Cancellable given = timer;
        if (given != null) {
            given.cancel();
        }
    }

    private void endAsTheHeadSays() {
        end(requireNonNull(ofHead));
    }

    private BodySubscriber<T> subscriber() {
        return requireNonNull(subscriber);
    }
}
