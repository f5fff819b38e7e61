package dev.evenkeel.lb.httpclient;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** The body of a request that does more than hold what it has. Tells when it is begun to be read, and whether it fails. */
final class CallersBody implements BodyPublisher {

    private final BodyPublisher body;
    private final Runnable onRead;
    private final Runnable onFailure;

    CallersBody(BodyPublisher body, Runnable onRead, Runnable onFailure) {
        this.body = body;
        this.onRead = onRead;
        this.onFailure = onFailure;
    }

    @Override
    public long contentLength() {
        try {
            return body.contentLength();
        } catch (Throwable callersOwn) {
            onFailure.run();
            throw callersOwn;
        }
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        onRead.run();
        try {
            body.subscribe(new Reader(subscriber, onFailure));
        } catch (Throwable callersOwn) {
            onFailure.run();
            throw callersOwn;
        }
    }

    private static final class Reader implements Flow.Subscriber<ByteBuffer> {

        private final Flow.Subscriber<? super ByteBuffer> client;
        private final Runnable onFailure;

        Reader(Flow.Subscriber<? super ByteBuffer> client, Runnable onFailure) {
            this.client = client;
            this.onFailure = onFailure;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            client.onSubscribe(subscription);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            client.onNext(bytes);
        }

        @Override
        public void onError(Throwable failure) {
            onFailure.run(); // first, as the client then fails the call
            client.onError(failure);
        }

        @Override
        public void onComplete() {
            client.onComplete();
        }
    }
}
