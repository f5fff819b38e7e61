package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cookies and credentials belong to the service, not to the address of an instance. */
class CookiesAndCredentialsTest extends HttpFixture {

    private static final String BASIC = "Basic YWRhOnNlY3JldA=="; // ada:secret

    /** The JDK's own {@code CookieManager} refuses a domain without a dot, whoever sets it. */
    @ParameterizedTest
    @ValueSource(strings = {"sid=1", "sid=1; Path=/", "sid=1; Domain=orders.example", "sid=1; Domain=.example.com"})
    void sendsTheCookieOfOneInstanceToTheOther(String cookie) throws Exception {
        String service = cookie.contains(".com") ? "orders.example.com" : "orders.example";
        everybodyReplies(request -> ScriptedReply.ok("ok").withHeader("Set-Cookie", cookie));
        CookieManager cookies = new CookieManager();
        HttpClient plainly = newPlainClient().cookieHandler(cookies).build();
        try (LoadBalancer dotted = balancer(service);
                LoadBalancer billing = balancer("billing")) {
            BalancedHttpClient balanced = BalancedHttpClient.wrap(plainly, Router.of(dotted, billing));
            for (int i = 0; i < 3; i++) {
                balanced.send(get("http://" + service + "/a%2Fb"), BodyHandlers.ofString());
            }
            balanced.send(get("http://billing/x"), BodyHandlers.ofString());
            assertThat(one.requestCount()).isPositive();
            assertThat(two.requestCount()).isPositive();
            assertThat(seen("/a%2Fb"))
                    .filteredOn(request -> request.header("Cookie").isPresent())
                    .hasSize(2)
                    .allSatisfy(request -> assertThat(request.header("Cookie"))
                            .hasValueSatisfying(value -> assertThat(value).contains("sid=")));
            assertThat(seen("/x"))
                    .singleElement()
                    .satisfies(request -> assertThat(request.header("Cookie")).isEmpty());
            assertThat(cookies.getCookieStore().get(URI.create("http://" + service + "/")))
                    .isNotEmpty();
            assertThat(cookies.getCookieStore().get(URI.create("http://" + one.hostPort() + "/")))
                    .isEmpty();
            assertThat(balanced.cookieHandler()).contains(cookies);
        }
    }

    private LoadBalancer balancer(String service) {
        return LoadBalancer.builder(service)
                .instances(one.hostPort(), two.hostPort())
                .strategy(Strategies.roundRobin())
                .build();
    }

    @Test
    void asksForCookiesAndBringsThemUnderTheLogicalUrl() throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        CookieHandler handler = new CookieHandler() {
            @Override
            public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
                asked.add("get " + uri);
                return Map.of();
            }

            @Override
            public void put(URI uri, Map<String, List<String>> headers) {
                asked.add("put " + uri);
            }
        };
        BalancedHttpClient balanced =
                BalancedHttpClient.wrap(newPlainClient().cookieHandler(handler).build(), orders);
        balanced.send(get("http://orders/a%2Fb?x=%20"), BodyHandlers.ofString());
        balanced.send(get("http://ORDERS.:81/y"), BodyHandlers.ofString());
        assertThat(asked)
                .containsExactly(
                        "get http://orders/a%2Fb?x=%20",
                        "put http://orders/a%2Fb?x=%20", "get http://orders:81/y", "put http://orders:81/y");
    }

    @Test
    void takesCookiesAlongARedirect() throws Exception {
        everybodyReplies(request -> request.target().equals("/login")
                ? ScriptedReply.status(302).withHeader("Set-Cookie", "sid=7").withHeader("Location", "/home")
                : ScriptedReply.ok(request.header("Cookie").orElse("none")));
        CookieManager cookies = new CookieManager();
        BalancedHttpClient balanced = BalancedHttpClient.wrap(
                newPlainClient()
                        .cookieHandler(cookies)
                        .followRedirects(HttpClient.Redirect.NORMAL)
                        .build(),
                orders);
        assertThat(balanced.send(get("http://orders/login"), BodyHandlers.ofString())
                        .body())
                .contains("sid=7");
        assertThat(cookies.getCookieStore().getCookies())
                .extracting(HttpCookie::getName)
                .containsExactly("sid");
    }

    /** What an authenticator is asked. */
    private record Question(String host, int port, String scheme, String prompt, String url) {}

    private static final class Ada extends Authenticator {

        private final List<Question> questions = new CopyOnWriteArrayList<>();

        @Override
        protected PasswordAuthentication getPasswordAuthentication() {
            questions.add(new Question(
                    getRequestingHost(),
                    getRequestingPort(),
                    getRequestingScheme(),
                    getRequestingPrompt(),
                    getRequestingURL().toString()));
            return new PasswordAuthentication("ada", "secret".toCharArray());
        }
    }

    @Test
    void asksForTheCredentialsOfTheService() throws Exception {
        everybodyReplies(
                request -> request.header("Authorization").filter(BASIC::equals).isPresent()
                        ? ScriptedReply.ok("welcome")
                        : ScriptedReply.status(401).withHeader("WWW-Authenticate", "Basic realm=\"shop\""));
        Ada ada = new Ada();
        BalancedHttpClient balanced =
                BalancedHttpClient.wrap(newPlainClient().authenticator(ada).build(), orders);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/v1?x=1"))
                .POST(BodyPublishers.ofString("body"))
                .build();
        HttpResponse<String> response = balanced.send(request, BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo("welcome");
        assertThat(response.request()).isSameAs(request);
        assertThat(response.previousResponse()).hasValueSatisfying(challenge -> {
            assertThat(challenge.statusCode()).isEqualTo(401);
            assertThat(challenge.uri()).isEqualTo(request.uri());
        });
        assertThat(ada.questions).containsExactly(new Question("orders", 80, "basic", "shop", "http://orders/v1?x=1"));
        assertThat(picks()).isEqualTo(1);
        assertThat(balanced.authenticator()).contains(ada);
    }

    @Test
    void sendsCredentialsToNobodyElse() throws Exception {
        everybodyReplies(request -> request.header("Authorization").isPresent()
                ? ScriptedReply.ok("welcome")
                : ScriptedReply.status(401).withHeader("WWW-Authenticate", "Basic realm=\"shop\""));
        Authenticator onlyForOrders = new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return getRequestingHost().equals("orders")
                        ? new PasswordAuthentication("ada", "secret".toCharArray())
                        : null;
            }
        };
        try (LoadBalancer billing = balancer("billing")) {
            BalancedHttpClient balanced = BalancedHttpClient.wrap(
                    newPlainClient().authenticator(onlyForOrders).build(), Router.of(orders, billing));
            for (int i = 0; i < 2; i++) {
                assertThat(balanced.send(get("http://orders/x"), BodyHandlers.ofString())
                                .statusCode())
                        .isEqualTo(200);
            }
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> balanced.send(get("http://billing/y"), BodyHandlers.ofString()))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("credentials");
            }
        }
        assertThat(seen("/y"))
                .allSatisfy(
                        request -> assertThat(request.header("Authorization")).isEmpty());
    }

    private List<RecordedRequest> seen(String target) {
        return List.of(one, two).stream()
                .flatMap(server -> server.requests().stream())
                .filter(request -> request.target().equals(target))
                .toList();
    }

    private void everybodyReplies(Function<RecordedRequest, ScriptedReply> script) {
        one.reply(script);
        two.reply(script);
    }
}
