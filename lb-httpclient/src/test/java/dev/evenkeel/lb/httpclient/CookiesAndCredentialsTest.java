package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.routing.Routes;
import dev.evenkeel.lb.routing.Rule;
import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.PasswordAuthentication;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Cookies and credentials belong to the service, not to the address of an instance. */
class CookiesAndCredentialsTest extends HttpFixture {

    private static final String BASIC = "Basic YWRhOnNlY3JldA=="; // ada:secret

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
        balanced.send(get("http://orders/z#callers-path=/admin"), BodyHandlers.ofString());
        assertThat(asked)
                .containsExactly(
                        "get http://orders/a%2Fb?x=%20",
                        "put http://orders/a%2Fb?x=%20",
                        "get http://orders:81/y",
                        "put http://orders:81/y",
                        "get http://orders/z",
                        "put http://orders/z");
    }

    @Test
    void goByThePathOfTheCallerWhateverTheInstanceIsAskedFor() throws Exception {
        everybodyReplies(request -> ScriptedReply.ok("x").withHeader("Set-Cookie", "a=1; Path=/shop"));
        Ada ada = new Ada();
        CookieManager cookies = new CookieManager();
        Routes routes = Routes.of(Rule.to(orders).path("/shop/**").stripPrefix());
        BalancedHttpClient balanced = BalancedHttpClient.wrap(
                newPlainClient().cookieHandler(cookies).authenticator(ada).build(), routes);
        for (int i = 0; i < 2; i++) {
            balanced.send(get("http://shop.example/shop/a%2Fb?x=%20#part"), BodyHandlers.ofString());
        }
        assertThat(cookies.get(URI.create("http://shop.example/shop"), Map.of()).get("Cookie"))
                .containsExactly("a=1");
        assertThat(Stream.concat(one.requests().stream(), two.requests().stream()))
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.target()).isEqualTo("/a%2Fb?x=%20"))
                .anySatisfy(request -> assertThat(request.header("Cookie")).contains("a=1"));
        everybodyReplies(request -> request.header("Authorization").isPresent()
                ? ScriptedReply.ok("welcome")
                : ScriptedReply.status(401).withHeader("WWW-Authenticate", "Basic realm=\"shop\""));
        balanced.send(get("http://shop.example/shop/c"), BodyHandlers.ofString());
        assertThat(ada.questions).extracting(Question::url).containsExactly("http://shop.example/shop/c");
        balanced.shutdownNow();
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
        // the JDK's client says -1, too, of a URL without a port
        assertThat(ada.questions).containsExactly(new Question("orders", -1, "basic", "shop", "http://orders/v1?x=1"));
        assertThat(picks()).isEqualTo(1);
        assertThat(balanced.authenticator()).contains(ada);
    }

    private void everybodyReplies(Function<RecordedRequest, ScriptedReply> script) {
        one.reply(script);
        two.reply(script);
    }
}
