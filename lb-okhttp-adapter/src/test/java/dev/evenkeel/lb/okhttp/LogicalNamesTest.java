package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.Cache;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client keeps by the address of a server belongs to the service, whichever instance has to do with it. */
class LogicalNamesTest {

    private final ScriptedServer a = ScriptedServer.start();
    private final ScriptedServer b = ScriptedServer.start();

    @ParameterizedTest
    @ValueSource(strings = {"session=7", "session=7; Domain=orders; Path=/"})
    void cookieOfOneInstanceGoesToTheNext(String cookie) throws Exception {
        a.reply(ScriptedReply.ok("ok").withHeader("Set-Cookie", cookie));
        b.reply(ScriptedReply.ok("ok").withHeader("Set-Cookie", cookie));
        try (Orders orders = Orders.with(c -> c.cookieJar(new MatchingCookies()), a, b)) {
            orders.get("http://orders/login");
            orders.get("http://orders/next");
            assertThat(requests())
                    .filteredOn(request -> request.target().equals("/next"))
                    .singleElement()
                    .satisfies(request -> assertThat(request.header("Cookie")).contains("session=7"));
            assertThat(List.of(a.requestCount(), b.requestCount())).containsOnly(1);
        }
    }

    @Test
    void authenticatorIsAskedAboutTheService() throws Exception {
        for (ScriptedServer server : List.of(a, b)) {
            server.reply(request -> request.header("Authorization").isPresent()
                    ? ScriptedReply.ok(server.hostPort())
                    : ScriptedReply.status(401).withHeader("WWW-Authenticate", "Basic realm=\"orders\""));
        }
        List<String> asked = new ArrayList<>();
        try (Orders orders = Orders.with(
                c -> c.authenticator((route, response) -> {
                    asked.add(response.request().url().toString());
                    return response.request()
                            .newBuilder()
                            .header("Authorization", Credentials.basic("ada", "secret"))
                            .build();
                }),
                a,
                b)) {
            for (ScriptedServer ignored : List.of(a, b)) {
                try (Response response =
                        orders.http().newCall(Orders.request("http://orders/x")).execute()) {
                    assertThat(response.body().string())
                            .isEqualTo(BalancedOkHttp.instance(response)
                                    .orElseThrow()
                                    .hostPort());
                }
            }
            assertThat(asked).containsExactly("http://orders/x", "http://orders/x");
            assertThat(orders.picks()).isEqualTo(2);
            assertThat(List.of(a.requestCount(), b.requestCount())).containsOnly(2);
        }
    }

    @Test
    void answerThatOneInstanceGaveIsInTheCacheForAll(@TempDir Path directory) throws Exception {
        a.reply(ScriptedReply.ok("kept").withHeader("Cache-Control", "max-age=60"));
        b.reply(ScriptedReply.ok("kept").withHeader("Cache-Control", "max-age=60"));
        try (Cache cache = new Cache(directory.toFile(), 1 << 20);
                Orders orders = Orders.with(c -> c.cache(cache), a, b)) {
            for (int i = 0; i < 4; i++) {
                assertThat(orders.get("http://orders/x")).isEqualTo("kept");
            }
            assertThat(requests()).hasSize(1);
            assertThat(cache.hitCount()).isEqualTo(3);
        }
    }

    @Test
    void relativeRedirectStaysWithTheService() throws Exception {
        for (ScriptedServer server : List.of(a, b)) {
            server.reply(request -> request.target().equals("/v1/from")
                    ? ScriptedReply.status(302).withHeader("Location", "to?x=1")
                    : ScriptedReply.ok("there"));
        }
        try (Orders orders = Orders.of(a, b);
                Response response = orders.http()
                        .newCall(Orders.request("http://orders/v1/from"))
                        .execute()) {
            assertThat(response.body().string()).isEqualTo("there");
            assertThat(response.request().url()).hasToString("http://orders/v1/to?x=1");
            assertThat(orders.picks()).isEqualTo(1);
        }
    }

    private List<RecordedRequest> requests() {
        List<RecordedRequest> all = new ArrayList<>(a.requests());
        all.addAll(b.requests());
        return all;
    }

    /** Gives back what it was given, as far as the cookie says that it is for the URL. */
    private static final class MatchingCookies implements CookieJar {

        private final List<Cookie> cookies = new CopyOnWriteArrayList<>();

        @Override
        public void saveFromResponse(HttpUrl url, List<Cookie> fresh) {
            cookies.addAll(fresh);
        }

        @Override
        public List<Cookie> loadForRequest(HttpUrl url) {
            return cookies.stream().filter(cookie -> cookie.matches(url)).toList();
        }
    }
}
