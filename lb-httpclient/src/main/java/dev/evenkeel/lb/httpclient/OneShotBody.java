package dev.evenkeel.lb.httpclient;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** The body of a request that may be there only once. Tells when it is begun to be read. */
final class OneShotBody implements BodyPublisher {

    private final BodyPublisher body;
    private final Runnable onRead;

    OneShotBody(BodyPublisher body, Runnable onRead) {
        this.body = body;
        this.onRead = onRead;
    }

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        onRead.run();
        body.subscribe(subscriber);
    }
}
