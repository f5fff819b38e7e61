package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import feign.Feign;
import feign.Headers;
import feign.Param;
import feign.RequestLine;
import feign.http2client.Http2Client;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

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
