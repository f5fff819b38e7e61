package dev.evenkeel.lb.httpclient;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets somebody else than the client fail a body, at any time. A subscriber must not be told two things at once: so the
 * failure waits until nothing else is being told, and whoever is telling it something tells it that, too.
 */
final class TimedBody<T> implements BodySubscriber<T> {

    /** The last thing has been told, or is being told. */
    private static final int OVER = 1 << 31;

    private static final int FAILURE_WAITS = 1 << 30;

    private final BodySubscriber<T> subscriber;

    /**
     * The lower bits count what is being told: by one thread, perhaps one thing within another, as a subscriber may ask for
     * more while it is told something. Nothing may be told before the subscription, which counts from the start.
     */
    private final AtomicInteger state = new AtomicInteger(1);

    /** Written before the state says that it waits. */
    private volatile @Nullable Throwable failure;

    TimedBody(BodySubscriber<T> subscriber) {
        this.subscriber = subscriber;
    }

    /** Fails the body, unless it is over. */
    void fail(Throwable cause) {
        failure = cause;
        int before = state.getAndUpdate(now -> now < 0 ? now : now == 0 ? OVER : now | FAILURE_WAITS);
        if (before == 0) {
            subscriber.onError(cause);
        }
    }

    BodySubscriber<T> subscriber() {
        return subscriber;
    }

    @Override
    public CompletionStage<T> getBody() {
        return subscriber.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        try {
            subscriber.onSubscribe(subscription);
        } finally {
            told();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        if (state.getAndUpdate(now -> now < 0 ? now : now + 1) < 0) {
            return;
        }
        try {
            subscriber.onNext(bytes);
        } finally {
            told();
        }
    }

    private void told() {
        int before = state.getAndUpdate(now -> now < 0 ? now : now - 1 == FAILURE_WAITS ? OVER : now - 1);
        Throwable waiting = failure;
        if (before - 1 == FAILURE_WAITS && waiting != null) {
            subscriber.onError(waiting);
        }
    }

    @Override
    public void onError(Throwable cause) {
        if (state.getAndSet(OVER) >= 0) {
            Throwable waiting = failure;
            subscriber.onError(waiting != null ? waiting : cause);
        }
    }

    @Override
    public void onComplete() {
        if (state.getAndSet(OVER) >= 0) {
            subscriber.onComplete();
        }
    }
}
