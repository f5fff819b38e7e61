package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Mirror;
import dev.evenkeel.lb.routing.Route;
import dev.evenkeel.lb.time.Cancellable;
import java.io.IOException;
import java.time.Duration;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The copy of a request for a mirror, and the tag of its call that says where that goes. Nothing of it is thrown to anybody. */
final class MirrorCopy implements Callback {

    private static final Logger log = LoggerFactory.getLogger(BalancedOkHttp.class);

    private final OkHttpClient client;
    private final Mirror mirror;
    private final Route route;
    private final Request request;
    private final PickRequest pickRequest;
    private final CallContext context;

    /** Written before the call begins. */
    private volatile long begun;

    /**
     * A copy that has not begun.
     *
     * @param client sends it
     * @param request that is copied
     * @param route of that request
     * @param said of its pick
     */
    MirrorCopy(OkHttpClient client, Mirror mirror, Request request, Route route, PickRequest said) {
        this.client = client;
        this.mirror = mirror;
        this.route = route.copy().orElseThrow();
        this.pickRequest = mirror.pickRequest(said);
        this.context = mirror.balancer().callContext();
        Request.Builder copy = request.newBuilder()
                .tag(MirrorCopy.class, this)
                .header(Mirror.HEADER, route.balancer().orElseThrow().serviceName());
        mirror.strippedHeaders().forEach(copy::removeHeader);
        this.request = copy.build();
    }

    Route route() {
        return route;
    }

    PickRequest pickRequest() {
        return pickRequest;
    }

    /** By when there has to be an answer. */
    Duration timeout() {
        return mirror.timeout();
    }

    /** Begins it, with these bytes if it has a body. */
    void begin(@Nullable ByteString body) {
        if (!mirror.begin()) {
            return;
        }
        begun = context.ticker().nanos();
        try {
            client.newCall(with(body)).enqueue(this);
        } catch (RuntimeException notEvenBegun) {
            over(notEvenBegun);
        }
    }

    private Request with(@Nullable ByteString body) {
        RequestBody original = request.body();
        return body == null || original == null
                ? request
                : request.newBuilder()
                        .method(request.method(), RequestBody.create(body, original.contentType()))
                        .build();
    }

    /** The body is too long. */
    void skip() {
        mirror.skip();
    }

    /** It has begun well; that its body is cut, or takes longer than there is time, is no failure. */
    @Override
    public void onResponse(Call call, Response response) {
        try (response) {
            Duration left = mirror.timeout().minusNanos(context.ticker().nanos() - begun);
            Cancellable timer = context.later(call::cancel, left); // which closes a connection
            try {
                response.body().source().request(Mirror.MAX_ANSWER);
            } finally {
                timer.cancel();
            }
        } catch (IOException | RuntimeException cut) {
            log.debug("{}: the answer to a copy was cut off", mirror.balancer().serviceName(), cut);
        } finally {
            over(null);
        }
    }

    @Override
    public void onFailure(Call call, IOException failure) {
        over(failure);
    }

    private void over(@Nullable Exception failure) {
        if (failure != null) {
            log.debug("{}: a copy has failed", mirror.balancer().serviceName(), failure);
        }
        mirror.end(failure == null);
    }
}
