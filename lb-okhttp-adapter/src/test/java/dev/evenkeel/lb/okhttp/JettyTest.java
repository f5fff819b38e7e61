package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.BufferedSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against a server that people run, in every way of speaking HTTP to it. */
class JettyTest {

    /** HTTP/1.1, HTTP/2 without TLS, HTTP/2 with it. */
    enum Way {
        HTTP_1_1,
        H2C,
        H2;

        JettyServer server(JettyServer.Answer answer) throws Exception {
            return this == H2
                    ? JettyServer.overTls(Certificates.of("orders").sslContext(), answer)
                    : JettyServer.clear(answer);
        }

        OkHttpClient.Builder client(OkHttpClient.Builder client) {
            return switch (this) {
                case HTTP_1_1 -> client.protocols(List.of(Protocol.HTTP_1_1));
                case H2C -> client.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
                case H2 ->
                    client.sslSocketFactory(Certificates.TRUST.sslSocketFactory(), Certificates.TRUST.trustManager());
            };
        }

        String url(String path) {
            return (this == H2 ? "https" : "http") + "://orders" + path;
        }

        Protocol protocol() {
            return switch (this) {
                case HTTP_1_1 -> Protocol.HTTP_1_1;
                case H2C -> Protocol.H2_PRIOR_KNOWLEDGE;
                case H2 -> Protocol.HTTP_2;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void answersCallsToTheService(Way way) throws Exception {
        List<String> names = new ArrayList<>();
        JettyServer.Answer echo = (request, in, out) -> {
            synchronized (names) {
                names.add(request.getHttpURI().getHost() + request.getHttpURI().getPathQuery());
            }
            in.transferTo(out);
        };
        JettyServer a = way.server(echo);
        JettyServer b = way.server(echo);
        try (Orders orders = Orders.with(way::client).add(a.instance(), a).add(b.instance(), b)) {
            for (int i = 0; i < 10; i++) {
                Request request = Orders.request(way.url("/a%20b?x=%20"))
                        .newBuilder()
                        .post(RequestBody.create("body " + i, null))
                        .build();
                try (Response response = orders.http().newCall(request).execute()) {
                    assertThat(response.protocol()).isEqualTo(way.protocol());
                    assertThat(response.body().string()).isEqualTo("body " + i);
                }
            }
            assertThat(names).hasSize(10).containsOnly("orders/a%20b?x=%20");
            assertThat(orders.balancer().snapshot().instances())
                    .allSatisfy(instance ->
                            assertThat(instance.outcomes(Kind.SUCCESS)).isEqualTo(5));
        }
    }

    @ParameterizedTest
    @EnumSource
    void endsACallThatIsCancelledOrClosedEarly(Way way) throws Exception {
        CountDownLatch ended = new CountDownLatch(2);
        JettyServer server = way.server((request, in, out) -> {
            try {
                while (true) {
                    out.write("on and on ".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                }
            } finally {
                ended.countDown();
            }
        });
        try (Orders orders = Orders.with(way::client).add(server.instance(), server)) {
            Response closed =
                    orders.http().newCall(Orders.request(way.url("/"))).execute();
            Call call = orders.http().newCall(Orders.request(way.url("/")));
            Response cancelled = call.execute();
            assertThat(cancelled.body().source().readByte()).isEqualTo((byte) 'o');
            assertThat(orders.inFlight()).isEqualTo(2);
            closed.close();
            assertThat(orders.inFlight()).isEqualTo(1);
            call.cancel();
            assertThat(orders.inFlight()).isZero();
            cancelled.close();
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(2);
        }
    }

    /** A request body that is written while the response is read. */
    @Test
    void isInFlightUntilTheResponseOfADuplexCallHasEnded() throws Exception {
        JettyServer server = Way.H2.server(JettyTest::echoAsItComes);
        CompletableFuture<BufferedSink> opened = new CompletableFuture<>();
        RequestBody duplex = new RequestBody() {
            @Override
            public MediaType contentType() {
                return null;
            }

            @Override
            public boolean isDuplex() {
                return true;
            }

            @Override
            public void writeTo(BufferedSink sink) {
                opened.complete(sink);
            }
        };
        try (Orders orders = Orders.with(Way.H2::client).add(server.instance(), server)) {
            Request request =
                    Orders.request(Way.H2.url("/")).newBuilder().post(duplex).build();
            try (Response response = orders.http().newCall(request).execute()) {
                BufferedSource in = response.body().source();
                try (BufferedSink out = opened.join()) {
                    for (String line : List.of("one", "two")) {
                        out.writeUtf8(line + "\n").flush();
                        assertThat(in.readUtf8LineStrict()).isEqualTo(line);
                        assertThat(orders.inFlight()).isEqualTo(1);
                    }
                }
                assertThat(in.exhausted()).isTrue();
            }
            assertThat(orders.inFlight()).isZero();
            assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
        }
    }

    private static void echoAsItComes(org.eclipse.jetty.server.Request request, InputStream in, OutputStream out)
            throws IOException {
        out.flush(); // the head
        byte[] chunk = new byte[100];
        for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            out.write(chunk, 0, read);
            out.flush();
        }
    }

    /** As in a rolling restart: the instance says that it leaves, and then its server does. */
    @Test
    void losesNoCallWhenAnInstanceGoes() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        AtomicInteger slow = new AtomicInteger();
        JettyServer.Answer answer = (request, in, out) -> {
            if (request.getHttpURI().getPath().equals("/slow")) {
                slow.incrementAndGet();
                gate.await();
            }
            out.write("ok".getBytes(StandardCharsets.US_ASCII));
        };
        JettyServer leaving = Way.H2C.server(answer);
        JettyServer staying = Way.H2C.server(answer);
        try (Orders orders =
                Orders.with(Way.H2C::client).add(leaving.instance(), leaving).add(staying.instance(), staying)) {
            CompletableFuture<String> inFlight = enqueue(orders.http()
                    .newCall(Orders.request("http://orders/slow")
                            .newBuilder()
                            .tag(
                                    PickRequest.class,
                                    PickRequest.builder()
                                            .only(leaving.instance().id())
                                            .build())
                            .build()));
            Eventually.until("it is under way", () -> slow.get() == 1);
            orders.leave(leaving.instance());
            leaving.drain();
            for (int i = 0; i < 10; i++) {
                assertThat(orders.get("http://orders/x")).isEqualTo("ok");
            }
            gate.countDown();
            assertThat(inFlight.get(20, TimeUnit.SECONDS)).isEqualTo("ok");
            orders.awaitInFlight(0);
        } finally {
            gate.countDown();
        }
    }

    private static CompletableFuture<String> enqueue(Call call) {
        CompletableFuture<String> body = new CompletableFuture<>();
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) throws IOException {
                try (response) {
                    body.complete(response.body().string());
                } catch (IOException cut) {
                    body.completeExceptionally(cut);
                }
            }

            @Override
            public void onFailure(Call call, IOException failure) {
                body.completeExceptionally(failure);
            }
        });
        return body;
    }
}
