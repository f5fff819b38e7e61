package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeContext;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.routing.Route;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.ConnectionPool;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** One GET to one instance; see {@link OkHttpProbe}. */
final class GetProbe implements HealthProbe {

    private static final Duration NO_LIMIT = Duration.ZERO; // but that of the whole call

    private static final int MAX_BODY = 8 * 1024;
    private static final String USER_AGENT = "evenkeel-probe";

    private final OkHttpClient client;
    private final String scheme;
    private final String path;

    GetProbe(OkHttpClient client, String scheme, String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("path: " + path + " (expected: begins with a slash)");
        }
        this.client = probing(client);
        this.scheme = scheme;
        this.path = path;
    }

    /**
     * The client without what a probe must not share with calls: state, and the dispatcher's limits, behind which probes
     * would wait for calls, or for each other, and fail. No connection is kept, so that each probe also finds out whether one
     * can be made.
     */
    private static OkHttpClient probing(OkHttpClient client) {
        OkHttpClient.Builder probing = client.newBuilder()
                .cookieJar(CookieJar.NO_COOKIES)
                .cache(null)
                .followRedirects(false)
                .followSslRedirects(false)
                .connectTimeout(NO_LIMIT)
                .readTimeout(NO_LIMIT)
                .writeTimeout(NO_LIMIT)
                .dispatcher(Dispatchers.unlimited(
                        client.dispatcher())) // how many probes there are at a time, the balancer says
                .connectionPool(new ConnectionPool(0, 1, TimeUnit.SECONDS));
        SniSocketFactory.install(client, probing);
        TlsNames tlsNames = client.interceptors().stream()
                .filter(BalancingInterceptor.class::isInstance)
                .map(balancing -> ((BalancingInterceptor) balancing).tlsNames())
                .findFirst()
                .orElse(BalancedOkHttp.TLS_NAMES_OF_URLS);
        probing.interceptors().removeIf(BalancingInterceptor.class::isInstance);
        return probing.addInterceptor(chain -> toTheInstance(chain, tlsNames)).build();
    }

    private static Response toTheInstance(Interceptor.Chain chain, TlsNames tlsNames) throws IOException {
        Request request = chain.request();
        Pick pick = request.tag(Pick.class);
        if (pick == null) { // taken away by an interceptor of the user's
            throw new IOException("probe: the tag of the instance is missing (expected: interceptors keep tags)");
        }
        return InstanceRoute.of(pick.host(), pick.instance(), tlsNames, chain)
                .over(chain)
                .proceed(request);
    }

    @Override
    public CompletionStage<ProbeResult> check(ServiceInstance instance, ProbeContext context) {
        String host = context.serviceName();
        HttpUrl url = HttpUrl.get(scheme + "://" + host + path);
        Call call = client.newCall(new Request.Builder()
                .url(url)
                .header("User-Agent", USER_AGENT)
                .tag(Pick.class, new Pick(url, Route.AS_IT_IS, instance))
                .build());
        call.timeout().timeout(context.timeout().toNanos(), TimeUnit.NANOSECONDS);
        Answer answer = new Answer(call);
        call.enqueue(answer);
        return answer;
    }

    @Override
    public String toString() {
        return "GET " + path;
    }

    /** Cancelling it cancels the call. */
    private static final class Answer extends CompletableFuture<ProbeResult> implements Callback {

        private final Call call;

        Answer(Call call) {
            this.call = call;
        }

        @Override
        public void onResponse(Call call, Response response) throws IOException {
            try (response) {
                response.body().source().request(MAX_BODY);
                complete(
                        response.isSuccessful()
                                ? ProbeResult.well()
                                : ProbeResult.sick("HTTP status " + response.code()));
            } catch (IOException cutOff) {
                complete(ProbeResult.sick(cutOff));
            }
        }

        @Override
        public void onFailure(Call call, IOException failure) {
            complete(ProbeResult.sick(failure));
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            call.cancel();
            return cancelled;
        }
    }
}
