package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Redirects of services are followed by this library, as the client of the JDK would, but with the names of services. */
class RedirectTest extends HttpFixture {

    private final HttpClient following =
            newPlainClient().followRedirects(Redirect.NORMAL).build();
    private final BalancedHttpClient balanced = BalancedHttpClient.wrap(following, orders);
    private final ScriptedServer elsewhere = ScriptedServer.start();

    @AfterEach
    void close() {
        balanced.shutdownNow();
        elsewhere.close();
    }

    static Stream<Arguments> statusesAndMethods() {
        return IntStream.of(300, 301, 302, 303, 304, 305, 307, 308)
                .boxed()
                .flatMap(status ->
                        Stream.of("GET", "HEAD", "POST", "PUT", "DELETE").map(method -> Arguments.of(status, method)));
    }

    @ParameterizedTest
    @MethodSource("statusesAndMethods")
    void followsAsThePlainClientDoes(int status, String method) throws Exception {
        everybodyReplies(request -> request.target().equals("/old")
                ? ScriptedReply.status(status).withHeader("Location", "/new%2F?x=%20")
                : ScriptedReply.ok("new"));
        HttpResponse<String> plainly =
                following.send(request(method, "http://" + one.hostPort() + "/old"), BodyHandlers.ofString());
        List<RecordedRequest> seenPlainly = one.requests();
        HttpResponse<String> response = balanced.send(request(method, "http://orders/old"), BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(plainly.statusCode());
        assertThat(response.body()).isEqualTo(plainly.body());
        assertThat(response.uri().getRawPath()).isEqualTo(plainly.uri().getRawPath());
        assertThat(response.request().method()).isEqualTo(plainly.request().method());
        assertThat(response.previousResponse().map(HttpResponse::statusCode))
                .isEqualTo(plainly.previousResponse().map(HttpResponse::statusCode));
        Stream<String> seen = Stream.concat(one.requests().stream().skip(seenPlainly.size()), two.requests().stream())
                .map(RecordedRequest::toString);
        assertThat(seen)
                .containsExactlyInAnyOrderElementsOf(
                        seenPlainly.stream().map(RecordedRequest::toString).toList());
    }

    private static HttpRequest request(String method, String url) {
        boolean hasBody = method.startsWith("P");
        return HttpRequest.newBuilder(URI.create(url))
                .method(method, hasBody ? BodyPublishers.ofString("body") : BodyPublishers.noBody())
                .build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://orders/new", "/new", "new", "//orders/new", "http://ORDERS./new", "http://INSTANCE/new"})
    void staysWithTheService(String location) throws Exception {
        one.reply(redirect(location.replace("INSTANCE", one.hostPort())));
        two.reply(ScriptedReply.ok("new"));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/old"))
                .header("Authorization", "mine")
                .header("Cookie", "sid=1")
                .build();
        for (HttpResponse<String> response : List.of(sendFromOne(request), sendFromOneAsync(request))) {
            assertThat(response.body()).isEqualTo("new");
            assertThat(response.uri().toString())
                    .isEqualToIgnoringCase(location.contains("ORDERS.") ? "http://orders./new" : "http://orders/new");
            assertThat(response.request().uri()).isEqualTo(response.uri());
            assertThat(BalancedHttpClient.instance(response)).contains(two.instance());
            assertThat(response.previousResponse()).hasValueSatisfying(previous -> {
                assertThat(previous.statusCode()).isEqualTo(302);
                assertThat(previous.request()).isSameAs(request);
                assertThat(previous.uri()).isEqualTo(request.uri());
                assertThat(previous.body()).isNull();
                assertThat(BalancedHttpClient.instance(previous)).contains(one.instance());
            });
        }
        assertThat(two.requests()).hasSize(2).allSatisfy(seen -> {
            assertThat(seen.header("Authorization")).contains("mine");
            assertThat(seen.header("Cookie")).contains("sid=1");
        });
        assertThat(picks()).isEqualTo(4);
    }

    /** The first pick is the one instance's turn, the second the other's. */
    private HttpResponse<String> sendFromOne(HttpRequest request) throws Exception {
        return takingTurns().send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> sendFromOneAsync(HttpRequest request) throws Exception {
        return takingTurns().sendAsync(request, BodyHandlers.ofString()).get(20, TimeUnit.SECONDS);
    }

    private BalancedHttpClient takingTurns() {
        return BalancedHttpClient.builder(following, orders)
                .pickRequest(request -> PickRequest.builder()
                        .only(request.uri().getPath().equals("/old") ? one.hostPort() : two.hostPort())
                        .build())
                .build();
    }

    @Test
    void leavesTheServiceWithoutCredentials() throws Exception {
        everybodyReplies(redirect("http://" + elsewhere.hostPort() + "/login"));
        BalancedHttpClient stripping = BalancedHttpClient.builder(following, orders)
                .stripHeaders("X-User")
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/x"))
                .header("authorization", "mine")
                .header("Cookie", "sid=1")
                .header("X-User", "ada")
                .header("X-Trace", "7")
                .build();
        for (HttpResponse<String> response : List.of(
                stripping.send(request, BodyHandlers.ofString()),
                stripping.sendAsync(request, BodyHandlers.ofString()).get(20, TimeUnit.SECONDS))) {
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.uri()).isEqualTo(URI.create("http://" + elsewhere.hostPort() + "/login"));
            assertThat(BalancedHttpClient.instance(response)).isEmpty();
            assertThat(response.previousResponse()).hasValueSatisfying(previous -> {
                assertThat(previous.request()).isSameAs(request);
                assertThat(previous.statusCode()).isEqualTo(302);
            });
        }
        assertThat(elsewhere.requests()).hasSize(2).allSatisfy(seen -> {
            assertThat(seen.header("Authorization")).isEmpty();
            assertThat(seen.header("Cookie")).isEmpty();
            assertThat(seen.header("X-User")).isEmpty();
            assertThat(seen.header("X-Trace")).contains("7");
        });
    }

    @Test
    void keepsWhatComesBeforeWhenAForeignHostRedirectsOnceMore() throws Exception {
        everybodyReplies(redirect("http://" + elsewhere.hostPort() + "/login"));
        elsewhere.reply(request -> request.target().equals("/login")
                ? ScriptedReply.status(302).withHeader("Location", "/welcome")
                : ScriptedReply.ok("welcome"));
        HttpResponse<String> response = balanced.send(get("http://orders/x"), BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo("welcome");
        HttpResponse<String> login = response.previousResponse().orElseThrow();
        assertThat(login.uri().getPath()).isEqualTo("/login");
        assertThat(login.previousResponse().orElseThrow().uri()).isEqualTo(URI.create("http://orders/x"));
    }

    @Test
    void goesOnToAnotherServiceWithoutCredentials() throws Exception {
        everybodyReplies(redirect("http://billing/pay"));
        try (LoadBalancer billing =
                LoadBalancer.builder("billing").instances(elsewhere.hostPort()).build()) {
            BalancedHttpClient both = BalancedHttpClient.builder(following, Router.of(orders, billing))
                    .build()
                    .with(PickRequest.builder().only(one.hostPort()).build());
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/x"))
                    .header("Authorization", "mine")
                    .build();
            HttpResponse<String> response = both.send(request, BodyHandlers.ofString());
            assertThat(response.uri()).isEqualTo(URI.create("http://billing/pay"));
            assertThat(BalancedHttpClient.instance(response)).contains(elsewhere.instance());
            assertThat(elsewhere.requests())
                    .singleElement()
                    .satisfies(seen -> assertThat(seen.header("Authorization")).isEmpty());
            assertThat(billing.snapshot().inFlight()).isZero();
        }
    }

    @Test
    void doesNotLeaveTheServiceIfToldNotTo() throws Exception {
        BalancedHttpClient staying = BalancedHttpClient.builder(following, orders)
                .foreignRedirects(false)
                .build();
        everybodyReplies(request -> request.target().equals("/old")
                ? ScriptedReply.status(302).withHeader("Location", "http://orders/new")
                : ScriptedReply.status(302)
                        .withHeader("Location", "http://" + elsewhere.hostPort() + "/login")
                        .withBody("go away"));
        HttpResponse<String> response = staying.send(get("http://orders/old"), BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.body()).isEqualTo("go away");
        assertThat(response.uri()).isEqualTo(URI.create("http://orders/new"));
        assertThat(elsewhere.requestCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://", "http://a b/", "ftp://orders/x", "mailto:ada"})
    void treatsALocationThatLeadsNowhereAsThePlainClientDoes(String location) throws Exception {
        everybodyReplies(redirect(location));
        Map<String, Object> expected = outcome(following, "http://" + one.hostPort() + "/x");
        assertThat(outcome(balanced, "http://orders/x")).isEqualTo(expected);
    }

    @Test
    void failsWithoutALocationAsThePlainClientDoes() throws Exception {
        everybodyReplies(ScriptedReply.status(302));
        Map<String, Object> expected = outcome(following, "http://" + one.hostPort() + "/x");
        assertThat(outcome(balanced, "http://orders/x")).isEqualTo(expected);
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
        assertThat(picks()).isEqualTo(1);
    }

    private static Map<String, Object> outcome(HttpClient client, String url) throws InterruptedException {
        try {
            return Map.of(
                    "status", client.send(get(url), BodyHandlers.ofString()).statusCode());
        } catch (IOException | IllegalArgumentException failure) { // which of them depends on the JDK
            return Map.of("failure", IOException.class);
        }
    }

    @Test
    void givesUpAfterAsManyAsThePlainClientDoes() throws Exception {
        everybodyReplies(redirect("/again"));
        HttpResponse<String> plainly = following.send(get("http://" + one.hostPort() + "/x"), BodyHandlers.ofString());
        int seenPlainly = requestCount();
        HttpResponse<String> response = balanced.send(get("http://orders/x"), BodyHandlers.ofString());
        assertThat(response.statusCode()).isEqualTo(plainly.statusCode()).isEqualTo(302);
        assertThat(requestCount()).isEqualTo(2 * seenPlainly);
        assertThat(balanced.sendAsync(get("http://orders/x"), BodyHandlers.ofString())
                        .get(20, TimeUnit.SECONDS)
                        .statusCode())
                .isEqualTo(302);
        assertThat(requestCount()).isEqualTo(3 * seenPlainly);
    }

    @Test
    void asksTheHandlerForTheLastResponseOnly(@TempDir Path folder) throws Exception {
        everybodyReplies(request -> request.target().equals("/old")
                ? ScriptedReply.status(302).withHeader("Location", "/new").withBody("a long page that says where to go")
                : ScriptedReply.ok("ok"));
        Path file = folder.resolve("body");
        balanced.send(get("http://orders/old"), BodyHandlers.ofFile(file));
        assertThat(Files.readString(file)).isEqualTo("ok");
    }

    @Test
    void hasOneTimeLimitForTheWholeCall() {
        CountDownLatch never = new CountDownLatch(1);
        everybodyReplies(request -> request.target().equals("/old")
                ? ScriptedReply.status(302).withHeader("Location", "/new")
                : ScriptedReply.ok("late").withHeadAfter(never));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/old"))
                .timeout(Duration.ofMillis(300))
                .build();
        assertThatThrownBy(() -> balanced.send(request, BodyHandlers.ofString()))
                .isInstanceOf(HttpTimeoutException.class);
    }

    @Test
    void isCancelledOnItsWay() {
        everybodyReplies(request -> request.target().equals("/old")
                ? ScriptedReply.status(302).withHeader("Location", "/new")
                : ScriptedReply.silence());
        CompletableFuture<?> call = balanced.sendAsync(get("http://orders/old"), BodyHandlers.ofString());
        Eventually.until("the second request is there", () -> requestCount() == 2);
        call.cancel(true);
        Eventually.until("a server sees that nobody waits", () -> openConnections() <= 1);
        awaitNothingInFlight();
    }

    private static ScriptedReply redirect(String location) {
        return ScriptedReply.status(302).withHeader("Location", location);
    }

    private void everybodyReplies(ScriptedReply reply) {
        everybodyReplies(request -> reply);
    }

    private void everybodyReplies(Function<RecordedRequest, ScriptedReply> script) {
        one.reply(script);
        two.reply(script);
    }
}
