package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import feign.Feign;
import feign.Param;
import feign.Request;
import feign.RequestLine;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.okhttp3.OkHttpMetricsEventListener;
import io.micrometer.core.instrument.binder.okhttp3.OkHttpObservationInterceptor;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.junit.jupiter.api.Test;
import retrofit2.Call;
import retrofit2.Retrofit;
import retrofit2.http.GET;

/** Libraries that build the requests themselves, and derive clients of their own. */
class LibrariesTest {

    interface OrdersByFeign {

        @RequestLine("GET /v1/{id}")
        @feign.Headers("X-User: {user}")
        String order(@Param("id") String id, @Param("user") String user);
    }

    interface OrdersByRetrofit {

        @GET("v1/42")
        Call<ResponseBody> order();
    }

    @Test
    void feignKeepsAUserOnAnInstance() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        ScriptedServer b = ScriptedServer.start();
        a.reply(ScriptedReply.ok("a"));
        b.reply(ScriptedReply.ok("b"));
        try (Orders orders = Orders.service(
                        "orders", balancer -> balancer.strategy(Strategies.stickyKey(Strategies.roundRobin())), c -> c)
                .add(a.instance(), a)
                .add(b.instance(), b)) {
            OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                    .pickRequest(request -> {
                        String user = request.header("X-User");
                        return user == null ? PickRequest.EMPTY : PickRequest.stickyTo(user);
                    })
                    .stripHeaders("X-User")
                    .build();
            OrdersByFeign feign = Feign.builder()
                    .client(new feign.okhttp.OkHttpClient(http))
                    .options(new Request.Options(Duration.ofSeconds(5), Duration.ofSeconds(5), false)) // others
                    .target(OrdersByFeign.class, "http://orders");
            Set<String> instances = new HashSet<>();
            for (int user = 0; user < 20; user++) {
                Set<String> ofTheUser = new HashSet<>();
                for (int i = 0; i < 3; i++) {
                    ofTheUser.add(feign.order("42", "user-" + user));
                }
                assertThat(ofTheUser).hasSize(1);
                instances.addAll(ofTheUser);
            }
            assertThat(instances).containsExactlyInAnyOrder("a", "b");
            assertThat(a.requests()).allSatisfy(request -> {
                assertThat(request.target()).isEqualTo("/v1/42");
                assertThat(request.header("X-User")).isEmpty();
            });
        }
    }

    @Test
    void feignDoesNotNoticeAnInstanceThatRefuses() throws Exception {
        try (Orders orders = Orders.of(ScriptedServer.refusing(), ScriptedServer.start())) {
            OrdersByFeign feign = Feign.builder()
                    .client(new feign.okhttp.OkHttpClient(orders.http()))
                    .target(OrdersByFeign.class, "http://orders");
            for (int i = 0; i < 4; i++) {
                assertThat(feign.order("42", "ada")).isEqualTo("ok");
            }
            assertThat(orders.ended(Kind.NEVER_REACHED)).isPositive();
        }
    }

    @Test
    void retrofitDoesNotNoticeAnInstanceThatRefuses() throws Exception {
        try (Orders orders = Orders.of(ScriptedServer.refusing(), ScriptedServer.start())) {
            OrdersByRetrofit retrofit = new Retrofit.Builder()
                    .client(orders.http())
                    .baseUrl("http://orders/")
                    .build()
                    .create(OrdersByRetrofit.class);
            for (int i = 0; i < 4; i++) {
                try (ResponseBody body = retrofit.order().execute().body()) {
                    assertThat(body.string()).isEqualTo("ok");
                }
            }
            assertThat(orders.ended(Kind.NEVER_REACHED)).isPositive();
        }
    }

    @Test
    void retrofitIsBalanced() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        ScriptedServer b = ScriptedServer.start();
        try (Orders orders = Orders.of(a, b)) {
            OrdersByRetrofit retrofit = new Retrofit.Builder()
                    .client(orders.http())
                    .baseUrl("http://orders/")
                    .build()
                    .create(OrdersByRetrofit.class);
            for (int i = 0; i < 4; i++) {
                try (ResponseBody body = retrofit.order().execute().body()) {
                    assertThat(body.string()).isEqualTo("ok");
                }
            }
            assertThat(a.requestCount()).isEqualTo(2);
        }
    }

    /** On the client that is wrapped, and on the one that balances: either way it measures calls to the service. */
    @Test
    void micrometerMeasuresAboveAndBelow() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        ScriptedServer b = ScriptedServer.start();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (Orders orders = Orders.with(client -> measured(client, meters, "above"), a, b)) {
            OkHttpClient http =
                    measured(orders.http().newBuilder(), meters, "below").build();
            for (int i = 0; i < 4; i++) {
                try (Response response =
                        http.newCall(Orders.request("http://orders/v1")).execute()) {
                    assertThat(response.body().string()).isEqualTo("ok");
                    assertThat(orders.inFlight()).isZero();
                }
            }
            assertThat(a.requestCount()).isEqualTo(2);
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(4);
            for (String name : List.of("above.observed", "below.observed", "below.events")) {
                Timer timer = meters.get(name).timer();
                assertThat(timer.count()).as(name).isEqualTo(4);
                assertThat(timer.getId().getTags())
                        .as(name)
                        .anyMatch(tag -> tag.getValue().equals("orders"));
            }
        }
    }

    /** By all means that Micrometer has for OkHttp. A client has one listener: the last one counts. */
    private static OkHttpClient.Builder measured(OkHttpClient.Builder client, MeterRegistry meters, String name) {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        return client.eventListener(OkHttpMetricsEventListener.builder(meters, name + ".events")
                        .build())
                .addInterceptor(OkHttpObservationInterceptor.builder(observations, name + ".observed")
                        .build());
    }
}
