package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.Authenticator;
import java.net.CookieManager;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WrappedClientTest extends HttpFixture {

    @Test
    void isAClientThatLooksLikeTheOneItWraps() throws Exception {
        Executor executor = Runnable::run;
        HttpClient wrapped = HttpClient.newBuilder()
                .cookieHandler(new CookieManager())
                .connectTimeout(Duration.ofSeconds(3))
                .followRedirects(HttpClient.Redirect.NORMAL)
                .proxy(ProxySelector.getDefault())
                .sslContext(SSLContext.getDefault())
                .authenticator(new Authenticator() {})
                .version(HttpClient.Version.HTTP_1_1)
                .executor(executor)
                .build();
        HttpClient balanced = BalancedHttpClient.wrap(wrapped, orders);
        assertThat(balanced.cookieHandler()).isEqualTo(wrapped.cookieHandler()).isPresent();
        assertThat(balanced.connectTimeout())
                .isEqualTo(wrapped.connectTimeout())
                .isPresent();
        assertThat(balanced.followRedirects()).isEqualTo(wrapped.followRedirects());
        assertThat(balanced.proxy()).isEqualTo(wrapped.proxy()).isPresent();
        assertThat(balanced.sslContext()).isSameAs(wrapped.sslContext());
        assertThat(balanced.sslParameters().getProtocols())
                .isEqualTo(wrapped.sslParameters().getProtocols());
        assertThat(balanced.authenticator()).isEqualTo(wrapped.authenticator()).isPresent();
        assertThat(balanced.version()).isEqualTo(wrapped.version());
        assertThat(balanced.executor()).contains(executor);
        assertThat(balanced.newWebSocketBuilder()).isNotNull();
    }

    /** Java adds methods to these types, with defaults that are wrong for who wraps them. */
    @ParameterizedTest
    @ValueSource(classes = {HttpClient.class, HttpClient.Builder.class, HttpResponse.class})
    void overridesEveryMethodOfThisVersionOfJava(Class<?> wrapped) {
        Map<Class<?>, Class<?>> ours = Map.of(
                HttpClient.class, BalancedHttpClient.class,
                HttpClient.Builder.class, BalancedHttpClientBuilder.class,
                HttpResponse.class, LogicalResponse.class);
        List<String> missing = Arrays.stream(wrapped.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isSynthetic())
                .filter(method -> !isOverridden(ours.get(wrapped), method))
                .map(Method::toString)
                .toList();
        assertThat(missing).isEmpty();
    }

    private static boolean isOverridden(Class<?> type, Method method) {
        try {
            Method found = type.getMethod(method.getName(), method.getParameterTypes());
            return found.getDeclaringClass().getPackageName().equals(BalancedHttpClient.class.getPackageName());
        } catch (NoSuchMethodException missing) {
            return false;
        }
    }

    @Test
    void handsOtherRequestsOverAsTheyAre() throws Exception {
        RecordingClient recording = new RecordingClient(plain);
        HttpClient balanced = BalancedHttpClient.builder(recording, orders)
                .stripHeaders("X-User")
                .build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + one.hostPort() + "/x"))
                .header("X-User", "ada")
                .build();
        HttpResponse<String> response = balanced.send(request, BodyHandlers.ofString());
        balanced.sendAsync(request, BodyHandlers.ofString()).join();
        assertThat(recording.requests)
                .hasSize(2)
                .allSatisfy(sent -> assertThat(sent).isSameAs(request));
        assertThat(BalancedHttpClient.instance(response)).isEmpty();
        assertThat(picks()).isZero();
    }

    @Test
    void showsTheCallersOwnRequest() throws Exception {
        HttpRequest request = get("http://orders:81/x?y");
        for (HttpResponse<String> response : List.of(
                http.send(request, BodyHandlers.ofString()),
                http.sendAsync(request, BodyHandlers.ofString()).join())) {
            assertThat(response.request()).isSameAs(request);
            assertThat(response.uri()).isSameAs(request.uri());
            assertThat(response.previousResponse()).isEmpty();
            assertThat(response.body()).isEqualTo("ok");
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(response.sslSession()).isEmpty();
            assertThat(response.headers().firstValue("Content-Length")).contains("2");
            assertThat(BalancedHttpClient.instance(response)).isPresent();
            assertThat(response.toString()).contains("GET http://orders:81/x?y", "200");
        }
    }

    @Test
    void keepsWhatElseIsInARequest() throws Exception {
        RecordingClient recording = new RecordingClient(plain);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/x"))
                .timeout(Duration.ofSeconds(7))
                .version(HttpClient.Version.HTTP_1_1)
                .header("X-A", "1")
                .header("X-A", "2")
                .PUT(HttpRequest.BodyPublishers.ofString("text"))
                .build();
        BalancedHttpClient.wrap(recording, orders).send(request, BodyHandlers.ofString());
        assertThat(recording.requests).singleElement().satisfies(sent -> {
            assertThat(sent.method()).isEqualTo("PUT");
            assertThat(sent.timeout()).contains(Duration.ofSeconds(7));
            assertThat(sent.version()).contains(HttpClient.Version.HTTP_1_1);
            assertThat(sent.headers().allValues("X-A")).containsExactly("1", "2");
            assertThat(sent.bodyPublisher()).isEqualTo(request.bodyPublisher());
        });
    }

    @Test
    void givesPushedResponsesToTheCallersRequest() {
        RecordingClient recording = new RecordingClient(plain);
        HttpRequest request = get("http://orders/x");
        List<HttpRequest> initiating = new ArrayList<>();
        PushPromiseHandler<String> pushes = (initiator, pushed, acceptor) -> initiating.add(initiator);
        BalancedHttpClient.wrap(recording, orders)
                .sendAsync(request, BodyHandlers.ofString(), pushes)
                .join();
        recording
                .pushHandler(String.class)
                .applyPushPromise(recording.requests.get(0), request, handler -> new CompletableFuture<>());
        assertThat(initiating).singleElement().isSameAs(request);
    }

    @Test
    void tellsWhatTheCallerCalledTheServiceIfAskedTo() throws Exception {
        BalancedHttpClient telling =
                BalancedHttpClient.builder(plain, orders).forwardedHost(true).build();
        telling.send(get("http://orders/x"), BodyHandlers.discarding());
        http.send(get("http://orders/y"), BodyHandlers.discarding());
        assertThat(List.of(one, two))
                .flatExtracting(ScriptedServer::requests)
                .hasSize(2)
                .allSatisfy(request -> {
                    boolean told = request.target().equals("/x");
                    assertThat(request.header("X-Forwarded-Host"))
                            .isEqualTo(told ? Optional.of("orders") : Optional.empty());
                    assertThat(request.header("X-Forwarded-Proto"))
                            .isEqualTo(told ? Optional.of("http") : Optional.empty());
                });
    }

    @Test
    void refusesToChangeHowABalancedClientConnects() {
        assertThatThrownBy(() -> BalancedHttpClient.builder(http, orders)
                        .connectTimeout(Duration.ofSeconds(1))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("client: is balanced");
        assertThatThrownBy(() -> BalancedHttpClient.builder(http, orders)
                        .tlsNameOfInstance()
                        .build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesTwoBalancersForOneService() {
        assertThatThrownBy(() -> BalancedHttpClient.wrap(plain, orders, orders))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("orders");
        assertThatThrownBy(() -> BalancedHttpClient.wrap(plain, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void failsTheFutureWithWhatAFunctionOfTheUserThrows() {
        BalancedHttpClient broken = BalancedHttpClient.builder(plain, orders)
                .pickRequest(request -> {
                    throw new IllegalStateException("mine");
                })
                .build();
        assertThat(broken.sendAsync(get("http://orders/x"), BodyHandlers.ofString()))
                .isCompletedExceptionally();
        assertThatThrownBy(() -> broken.send(get("http://orders/x"), BodyHandlers.ofString()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mine");
        assertThat(picks()).isZero();
    }

    @Test
    void letsWhatAViewSaysWinOverTheFunction() throws Exception {
        BalancedHttpClient client = BalancedHttpClient.builder(plain, orders)
                .pickRequest(
                        request -> PickRequest.builder().only(one.hostPort()).build())
                .build();
        BalancedHttpClient view =
                client.with(PickRequest.builder().only(two.hostPort()).build());
        view.send(get("http://orders/x"), BodyHandlers.discarding());
        client.send(get("http://orders/x"), BodyHandlers.discarding());
        assertThat(two.requestCount()).isEqualTo(1);
        assertThat(one.requestCount()).isEqualTo(1);
    }

    @Test
    void warnsOnceOfAClientWithoutConnectTimeout() {
        try (CapturedLog log = CapturedLog.start()) {
            BalancedHttpClient client = BalancedHttpClient.wrap(HttpClient.newHttpClient(), orders);
            client.with(PickRequest.EMPTY);
            BalancedHttpClient.wrap(plain, orders);
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("no connect timeout"))
                    .hasSize(1);
        }
    }
}
