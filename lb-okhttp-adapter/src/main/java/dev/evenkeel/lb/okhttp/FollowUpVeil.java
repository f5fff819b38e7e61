package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import java.net.HttpURLConnection;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Hides the header {@code Retry-After} of a 503 from OkHttp, which would otherwise send the request again to the same
 * instance, a POST included, when it says 0, and whatever {@code retryOnConnectionFailure} says. {@link BalancingInterceptor}
 * gives it back to the caller.
 */
final class RetryAfterVeil implements Interceptor {

    static final RetryAfterVeil INSTANCE = new RetryAfterVeil();

    private static final String RETRY_AFTER = "Retry-After";

    private RetryAfterVeil() {}

    @Override
    public Response intercept(Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        Pick pick = chain.request().tag(Pick.class);
        if (pick == null) {
            return response;
        }
        boolean veil = response.code() == HttpURLConnection.HTTP_UNAVAILABLE;
        String value = veil ? response.header(RETRY_AFTER) : null;
        pick.veilRetryAfter(value);
        return value == null
                ? response
                : response.newBuilder().removeHeader(RETRY_AFTER).build();
    }

    /** The response as the instance sent it. */
    static Response unveil(Response response, Pick pick) {
        String value = pick.veiledRetryAfter();
        return value == null || response.code() != HttpURLConnection.HTTP_UNAVAILABLE
                ? response
                : response.newBuilder().header(RETRY_AFTER, value).build();
    }
}
