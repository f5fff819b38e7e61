package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.routing.Mirror;
import dev.evenkeel.lb.time.Cancellable;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.ResponseInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The copy of a request for a mirror: a call beside the caller's, which neither waits for it nor hears of it. */
final class MirrorCopy implements BodyHandler<Object> {

    private static final Logger log = LoggerFactory.getLogger(BalancedHttpClient.class);

    private final Mirror mirror;
    private final Leg leg;
    private final Deadline deadline;

    // Written by the client before the call is over.

    /** Ends the body of the answer when its time is up. */
    private volatile Cancellable timer = () -> {};

    /** Whether an answer has begun. */
    private volatile boolean answered;

    private MirrorCopy(Mirror mirror, Leg leg) {
        this.mirror = mirror;
        this.leg = leg;
        this.deadline = new Deadline(mirror.timeout(), context(mirror));
    }

    /**
     * Begins the copy of a request that has one. What is wrong with it, this does not throw: either the caller meets with it in
     * the call itself, or he is not to know.
     */
    static void begin(Leg original) {
        Mirror mirror = original.mirror();
        if (mirror == null) {
            return;
        }
        if (!isFit(original.request())) {
            mirror.skip();
            return;
        }
        if (!mirror.begin()) {
            return;
        }
        try {
            MirrorCopy copy = new MirrorCopy(mirror, original.copyFor(mirror));
            context(mirror).executor().execute(copy::send);
        } catch (RuntimeException notEvenBegun) {
            over(mirror, false, notEvenBegun);
        }
    }

    private static CallContext context(Mirror mirror) {
        return mirror.balancer().callContext();
    }

    /** A body that the JDK holds is read by both calls at once, and knows nothing of it; nobody else's may be. */
    private static boolean isFit(HttpRequest request) {
        return RepeatableBodies.isOf(request)
                && request.bodyPublisher()
                        .map(body -> body.contentLength() <= Mirror.MAX_BODY)
                        .orElse(true);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what is done then does not throw
    private void send() {
        try {
            new AsyncCall<>(leg.client(), this, null, null).begin(leg).whenComplete((response, failure) -> {
                timer.cancel();
                over(mirror, answered, failure);
            });
        } catch (IOException | RuntimeException notEvenBegun) {
            over(mirror, false, notEvenBegun);
        }
    }

    /** The time of the request is for the head; what is left is for the body, which is no failure if it takes longer. */
    @Override
    public BodySubscriber<Object> apply(ResponseInfo head) {
        answered = true;
        DiscardedBody<Object> body = new DiscardedBody<>(Mirror.MAX_ANSWER);
        timer = deadline.start(body::leave);
        return body;
    }

    private static void over(Mirror mirror, boolean answered, @Nullable Throwable failure) {
        if (failure != null) {
            log.debug("{}: a copy has failed", mirror.balancer().serviceName(), failure);
        }
        mirror.end(answered);
    }
}
