package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import feign.Feign;
import feign.Headers;
import feign.Param;
import feign.RequestLine;
import feign.http2client.Http2Client;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.java11.instrument.binder.jdk.MicrometerHttpClient;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.JdkClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Libraries on top of the JDK's client make the requests themselves, so what is said of a pick travels as a header. */
class LibrariesTest extends HttpFixture {

    interface Shop {

        @RequestLine("GET /v1/{id}")
        @Headers("X-User: {user}")
        String order(@Param("id") String id, @Param("user") String user);

        @RequestLine("POST /v1")
        @Headers("X-User: {user}")
        String create(String body, @Param("user") String user);
    }

    @Test
    void springsRestClientIsBalanced() {
        try (LoadBalancer sticky = sticky()) {
            RestClient spring = RestClient.builder()
                    .requestFactory(new JdkClientHttpRequestFactory(balanced(plain, sticky)))
                    .baseUrl("http://orders")
                    .build();
            keepsUsersOnTheirInstances(user -> spring.get()
                    .uri("/v1/{id}", 42)
                    .header("X-User", user)
                    .retrieve()
                    .body(String.class));
            String created = spring.post()
                    .uri("/v1")
                    .header("X-User", "ada")
                    .body("{}")
                    .retrieve()
                    .body(String.class);
            assertThat(created).isIn("one", "two");
            assertThat(sticky.snapshot().inFlight()).isZero();
        }
    }

    /** Feign makes a client of its own unless these two are as its options say. */
    @Test
    void feignIsBalanced() {
        HttpClient asFeignWantsIt = newPlainClient()
                .connectTimeout(Duration.ofSeconds(10))
                .followRedirects(HttpClient.Redirect.ALWAYS)
                .build();
        try (LoadBalancer sticky = sticky()) {
            Shop shop = Feign.builder()
                    .client(new Http2Client(balanced(asFeignWantsIt, sticky)))
                    .target(Shop.class, "http://orders");
            keepsUsersOnTheirInstances(user -> shop.order("42", user));
            assertThat(shop.create("{}", "ada")).isIn("one", "two");
            assertThat(sticky.snapshot().inFlight()).isZero();
        }
    }

    @Test
    void springsWebClientIsBalanced() {
        try (LoadBalancer sticky = sticky()) {
            WebClient spring = WebClient.builder()
                    .clientConnector(new JdkClientHttpConnector(balanced(plain, sticky)))
                    .baseUrl("http://orders")
                    .build();
            keepsUsersOnTheirInstances(user -> spring.get()
                    .uri("/v1/{id}", 42)
                    .header("X-User", user)
                    .retrieve()
                    .bodyToMono(String.class)
                    .block(Eventually.PATIENCE));
            Eventually.until("nothing is in flight", () -> sticky.snapshot().inFlight() == 0);
        }
    }

    /** Such libraries configure and build the client themselves: nothing of that must end in one that is not balanced. */
    @Test
    void aBuilderIsWhatLibrariesTakeThatBuildClients() throws Exception {
        CookieManager cookies = new CookieManager();
        HttpClient built = asALibraryWould(BalancedHttpClient.builder(orders).stripHeaders("X-User"), cookies);
        assertThat(built.connectTimeout()).contains(Duration.ofSeconds(5));
        assertThat(built.followRedirects()).isEqualTo(HttpClient.Redirect.NORMAL);
        assertThat(built.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
        assertThat(built.cookieHandler()).contains(cookies);
        HttpClient sameAgain = asALibraryWould(BalancedHttpClient.builder(plain, orders), cookies);
        for (HttpClient client : List.of(built, sameAgain)) {
            HttpResponse<String> response = client.send(get("http://orders/x"), BodyHandlers.ofString());
            assertThat(response.body()).isEqualTo("ok");
            assertThat(BalancedHttpClient.instance(response)).isPresent();
        }
        assertThat(picks()).isEqualTo(2);
    }

    private static HttpClient asALibraryWould(HttpClient.Builder builder, CookieManager cookies) {
        return builder.connectTimeout(Duration.ofSeconds(5))
                .followRedirects(HttpClient.Redirect.NORMAL)
                .version(HttpClient.Version.HTTP_1_1)
                .priority(3)
                .cookieHandler(cookies)
                .build();
    }

    @Test
    void aBuilderRefusesWhatThatOfTheJdkRefuses() {
        assertThatThrownBy(() -> BalancedHttpClient.builder(orders).priority(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BalancedHttpClient.builder(orders).connectTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aBuilderSetsTheLocalAddress() throws Exception {
        assumeJava(21);
        BalancedHttpClient built = BalancedHttpClient.builder(plain, orders)
                .localAddress(InetAddress.getByName("127.0.0.9"))
                .build();
        assertThat(built.send(get("http://orders/x"), BodyHandlers.ofString()).body())
                .isEqualTo("ok");
    }

    /** Around ours, it measures whole calls under their logical address; within, what goes to instances. */
    @Test
    void micrometerMeasuresAboveAndBelow() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        HttpClient above =
                MicrometerHttpClient.instrumentationBuilder(http, registry).build();
        assertThat(above.send(get("http://orders/x"), BodyHandlers.ofString()).body())
                .isEqualTo("ok");
        assertThat(above.sendAsync(get("http://orders/x"), BodyHandlers.ofString())
                        .get(20, TimeUnit.SECONDS)
                        .body())
                .isEqualTo("ok");
        assertThat(registry.get("http.client.requests").timer().count()).isEqualTo(2);
        assertThat(picks()).isEqualTo(2);

        SimpleMeterRegistry inside = new SimpleMeterRegistry();
        HttpClient measured =
                MicrometerHttpClient.instrumentationBuilder(plain, inside).build();
        HttpClient below = BalancedHttpClient.wrap(measured, orders);
        assertThat(below.send(get("http://orders/x"), BodyHandlers.ofString()).body())
                .isEqualTo("ok");
        assertThat(inside.get("http.client.requests").timer().count()).isEqualTo(1);
    }

    /** What can only be carried by clients like the given one is measured if it is said how. */
    @Test
    void micrometerMeasuresEveryClientThatCarriesCalls() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        HttpClient following = newPlainClient()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .cookieHandler(new CookieManager())
                .build();
        HttpClient measured =
                MicrometerHttpClient.instrumentationBuilder(following, registry).build();
        assertThatThrownBy(() -> BalancedHttpClient.wrap(measured, orders))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Builder.decorate");
        BalancedHttpClient below = BalancedHttpClient.builder(following, orders)
                .decorate(client -> MicrometerHttpClient.instrumentationBuilder(client, registry)
                        .build())
                .build();
        below.send(get("http://orders/x"), BodyHandlers.ofString());
        below.send(get("http://" + one.hostPort() + "/y"), BodyHandlers.ofString());
        assertThat(registry.get("http.client.requests").timers())
                .extracting(Timer::count)
                .containsExactlyInAnyOrder(2L);
        below.shutdownNow();
    }

    private void keepsUsersOnTheirInstances(Function<String, String> call) {
        one.reply(ScriptedReply.ok("one"));
        two.reply(ScriptedReply.ok("two"));
        for (int user = 0; user < 20; user++) {
            assertThat(call.apply("user-" + user)).isEqualTo(call.apply("user-" + user));
        }
        assertThat(one.requestCount()).isPositive();
        assertThat(two.requestCount()).isPositive();
        for (List<RecordedRequest> requests : List.of(one.requests(), two.requests())) {
            assertThat(requests).allSatisfy(request -> {
                assertThat(request.target()).isEqualTo("/v1/42");
                assertThat(request.header("X-User")).isEmpty();
            });
        }
    }

    private LoadBalancer sticky() {
        return LoadBalancer.builder("orders")
                .instances(one.hostPort(), two.hostPort())
                .strategy(Strategies.stickyKey(Strategies.roundRobin()))
                .build();
    }

    private static BalancedHttpClient balanced(HttpClient client, LoadBalancer balancer) {
        return BalancedHttpClient.builder(client, balancer)
                .pickRequest(request -> request.headers()
                        .firstValue("X-User")
                        .map(PickRequest::stickyTo)
                        .orElse(PickRequest.EMPTY))
                .stripHeaders("x-user")
                .build();
    }
}
