package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.Credentials;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What OkHttp shows to callers, and tells listeners, is what it would without a balancer. */
class LikeThePlainClientTest {

    private static final String PLAIN = "plain.example";
    private static final String BALANCED = "balanced.example";

    private final RecordedEvents events = new RecordedEvents();
    private final MockWebServer web = new MockWebServer();
    private Orders orders;

    @BeforeEach
    void start() throws Exception {
        web.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return reply(request);
            }
        });
        web.start();
        orders = Orders.service(
                        BALANCED,
                        balancing -> balancing,
                        client -> client.eventListener(events)
                                .dns(host -> List.of(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1})))
                                .authenticator(
                                        (route, response) -> response.request().header("Authorization") != null
                                                ? null
                                                : response.request()
                                                        .newBuilder()
                                                        .header("Authorization", Credentials.basic("ada", "secret"))
                                                        .build()))
                .add(ServiceInstance.of("127.0.0.1", web.getPort()), web);
    }

    @AfterEach
    void close() {
        orders.close();
    }

    private static MockResponse reply(RecordedRequest request) {
        MockResponse.Builder response = new MockResponse.Builder();
        switch (request.getUrl().encodedPath()) {
            case "/old" -> response.code(302).addHeader("Location", "/new").body("there");
            case "/moved" -> response.code(308).addHeader("Location", "/new");
            case "/nowhere" -> response.code(302).body("who knows");
            case "/locked" -> {
                if (request.getHeaders().get("Authorization") == null) {
                    response.code(401).addHeader("WWW-Authenticate", "Basic realm=\"shop\"");
                }
            }
            case "/busy" ->
                response.code(503)
                        .addHeader("Retry-After", "9")
                        .addHeader("X-Last", "1")
                        .body("later");
            case "/missing" -> response.code(404).body("missing");
            case "/empty" -> response.code(204);
            case "/early" ->
                response.addInformationalResponse(
                                new MockResponse.Builder().code(103).build())
                        .body("hints before");
            case "/trailers" -> response.chunkedBody("in chunks", 4).trailers(Headers.of("X-Trailer", "7"));
            case "/gzip" -> response.addHeader("Content-Encoding", "gzip").body(zipped("zipped"));
            default ->
                response.addHeader("X-A", "1")
                        .addHeader("X-A", "2")
                        .addHeader("Set-Cookie", "sid=1")
                        .body(request.getMethod().equals("HEAD") ? "" : "body");
        }
        return response.build();
    }

    private static Buffer zipped(String text) {
        Buffer zipped = new Buffer();
        try (var sink = Okio.buffer(new GzipSink(zipped))) {
            sink.writeUtf8(text);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return zipped;
    }

    private static Stream<Request> requests() {
        Stream<Request> gets = Stream.of(
                        "/x",
                        "/x",
                        "/old",
                        "/moved",
                        "/nowhere",
                        "/locked",
                        "/busy",
                        "/missing",
                        "/empty",
                        "/early",
                        "/trailers",
                        "/gzip")
                .map(path -> new Request.Builder().url("http://host" + path).build());
        Request.Builder other = new Request.Builder().url("http://host/x");
        RequestBody body = RequestBody.create("body", null);
        return Stream.concat(
                gets,
                Stream.of(
                        other.head().build(),
                        other.post(body).build(),
                        other.delete().build(),
                        new Request.Builder().url("http://host/moved").put(body).build(),
                        new Request.Builder().url("http://host/old").post(body).build()));
    }

    @Test
    void showsCallersAndListenersTheSame() throws Exception {
        for (Request request : requests().toList()) {
            String plain = seen(orders.raw(), request, PLAIN, web.getPort());
            String balanced = seen(orders.http(), request, BALANCED, 80);
            assertThat(balanced).as("%s", request).isEqualTo(plain);
        }
    }

    private String seen(OkHttpClient client, Request request, String host, int port) throws Exception {
        Request addressed = request.newBuilder()
                .url(request.url().newBuilder().host(host).port(port).build())
                .build();
        List<String> seen = new ArrayList<>();
        try (Response response = client.newCall(addressed).execute()) {
            seen.add(response.body().contentType() + " " + response.body().contentLength() + " "
                    + response.body().string());
            seen.add(String.valueOf(response.trailers()));
            for (Response shown = response; shown != null; shown = shown.priorResponse()) {
                seen.add(shown + " " + shown.protocol() + " " + shown.headers());
                seen.add(head(shown.networkResponse()));
                seen.add(head(shown.cacheResponse()));
            }
        }
        Eventually.until("the call has ended", () -> orders.inFlight() == 0);
        return String.join("\n", seen).replace(host + ":" + port, "host").replace(host, "host") + "\n" + events.take();
    }

    private static String head(Response response) {
        return response == null
                ? "none"
                : response.code() + "\n" + response.headers()
                        + response.request().headers();
    }

    @Test
    void failsTheSameWay() {
        for (Consumer<Call> spoilt : List.<Consumer<Call>>of(Call::cancel, LikeThePlainClientTest::execute)) {
            String plain = failure(spoilt, orders.raw(), PLAIN, web.getPort());
            assertThat(failure(spoilt, orders.http(), BALANCED, 80)).isEqualTo(plain);
        }
    }

    private static void execute(Call call) {
        try {
            call.execute().close();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private String failure(Consumer<Call> spoilt, OkHttpClient client, String host, int port) {
        Call call = client.newCall(Orders.request("http://" + host + ":" + port + "/x"));
        spoilt.accept(call);
        String how;
        try {
            call.execute().close();
            how = "not at all";
        } catch (IOException | RuntimeException failure) {
            how = failure.toString();
        }
        return how + ", executed: " + call.isExecuted() + ", cancelled: " + call.isCanceled() + ", " + events.take();
    }
}
