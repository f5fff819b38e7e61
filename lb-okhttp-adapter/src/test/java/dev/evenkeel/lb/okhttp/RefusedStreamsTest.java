package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Over HTTP/2 an instance can say that it has not looked at a request, because it has too many or is about to go: then
 * another one is asked.
 */
class RefusedStreamsTest {

    private static final int REFUSED_STREAM = 7;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goToTheNextInstance(boolean tls) throws Exception {
        MockWebServer full = full(tls);
        MockWebServer free = free(tls);
        try (Orders orders = orders(tls, full, free)) {
            String url = (tls ? "https" : "http") + "://orders/x";
            try (Response response =
                    orders.http().newCall(post(url, full, "body")).execute()) {
                assertThat(response.body().string()).isEqualTo("free");
                assertThat(BalancedOkHttp.instance(response)).contains(instance(free));
                assertThat(response.protocol()).isEqualTo(tls ? Protocol.HTTP_2 : Protocol.H2_PRIOR_KNOWLEDGE);
            }
            assertThat(free.takeRequest().getBody().utf8()).isEqualTo("body");
            assertThat(full.getRequestCount()).isEqualTo(1);
            assertThat(ended(orders, full, Kind.NEVER_REACHED)).isEqualTo(1);
            assertThat(ended(orders, free, Kind.SUCCESS)).isEqualTo(1);
        }
    }

    /** The connection to the instance that refuses is left, and others may be using it. */
    @Test
    void leaveOtherCallsAlone() throws Exception {
        Streams streams = new Streams(false);
        MockWebServer full = server(false, streams);
        MockWebServer free = free(false);
        try (Orders orders = orders(false, full, free)) {
            CompletableFuture<String> slow = CompletableFuture.supplyAsync(
                    () -> body(orders.http().newCall(post("http://orders/slow", full, "slow"))));
            Eventually.until("it is under way", () -> full.getRequestCount() == 1);
            streams.full = true;
            Call second = orders.http().newCall(post("http://orders/x", full, "body"));
            assertThat(body(second)).isEqualTo("free");
            assertThat(ended(orders, full, Kind.NEVER_REACHED)).isEqualTo(1);
            assertThat(slow).isNotDone();
            streams.gate.countDown();
            assertThat(slow.get(20, TimeUnit.SECONDS)).isEqualTo("free");
            assertThat(ended(orders, full, Kind.SUCCESS)).isEqualTo(1);
            assertThat(full.takeRequest().getConnectionIndex())
                    .isEqualTo(full.takeRequest().getConnectionIndex());
        } finally {
            streams.gate.countDown();
        }
    }

    @Test
    void failTheCallWhenAllInstancesRefuse() throws Exception {
        MockWebServer[] servers = {full(false), full(false), full(false)};
        try (Orders orders = orders(false, servers)) {
            assertThatThrownBy(() -> orders.post("http://orders/x", "body"))
                    .isInstanceOf(IOException.class)
                    .hasMessage("stream was reset: REFUSED_STREAM");
            for (MockWebServer server : servers) {
                assertThat(server.getRequestCount()).isEqualTo(1);
                assertThat(ended(orders, server, Kind.NEVER_REACHED)).isEqualTo(1);
            }
        }
    }

    @Test
    void failTheCallWhenItsBodyIsGone() throws Exception {
        MockWebServer full = full(false);
        MockWebServer free = free(false);
        try (Orders orders = orders(false, full, free)) {
            RequestBody once = new RequestBody() {
                @Override
                public MediaType contentType() {
                    return null;
                }

                @Override
                public boolean isOneShot() {
                    return true;
                }

                @Override
                public void writeTo(BufferedSink sink) throws IOException {
                    sink.writeUtf8("once");
                }
            };
            Request request =
                    post("http://orders/x", full, "").newBuilder().post(once).build();
            assertThatThrownBy(() -> orders.http().newCall(request).execute())
                    .hasMessage("stream was reset: REFUSED_STREAM");
            assertThat(free.getRequestCount()).isZero();
        }
    }

    @Test
    void failTheCallWhenNoOtherInstanceWillDo() throws Exception {
        MockWebServer full = full(false);
        MockWebServer free = free(false);
        try (Orders orders = orders(false, full, free)) {
            Request request = post("http://orders/x", full, "body")
                    .newBuilder()
                    .tag(
                            PickRequest.class,
                            PickRequest.builder().only(instance(full).id()).build())
                    .build();
            assertThatThrownBy(() -> orders.http().newCall(request).execute())
                    .hasMessage("stream was reset: REFUSED_STREAM");
            assertThat(free.getRequestCount()).isZero();
        }
    }

    /** A server that goes away says which requests it has still looked at. */
    @Test
    void goToTheNextInstanceWhenTheServerIsAboutToLeave() throws Exception {
        MockWebServer free = free(false);
        try (ServerSocket leaving =
                        new ServerSocket(0, 1, instance(free).address().getAddress());
                Orders orders = orders(false, free)) {
            ServiceInstance gone = ServiceInstance.of("127.0.0.1", leaving.getLocalPort());
            orders.add(gone, () -> {});
            Thread server = new Thread(() -> goAway(leaving));
            server.start();
            Request request = new Request.Builder()
                    .url("http://orders/x")
                    .post(RequestBody.create("body", null))
                    .tag(
                            PickRequest.class,
                            PickRequest.builder().prefer(gone.id()).build())
                    .build();
            assertThat(body(orders.http().newCall(request))).isEqualTo("free");
            assertThat(free.takeRequest().getBody().utf8()).isEqualTo("body");
            assertThat(orders.ended(Kind.NEVER_REACHED)).isEqualTo(1);
            server.join();
        }
    }

    /** Reads a request, and says that it has looked at none. */
    private static void goAway(ServerSocket listening) {
        byte[] settings = {0, 0, 0, 4, 0, 0, 0, 0, 0};
        byte[] noRequest = {0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        try (Socket socket = listening.accept()) {
            InputStream in = socket.getInputStream();
            in.readNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
            socket.getOutputStream().write(settings);
            while (nextFrame(in) != 1) { // the head of a request
                // what comes before
            }
            socket.getOutputStream().write(noRequest);
            in.readAllBytes();
        } catch (IOException ended) {
            // by the client
        }
    }

    private static int nextFrame(InputStream in) throws IOException {
        byte[] head = in.readNBytes(9);
        if (head.length < 9) {
            throw new IOException("the end");
        }
        in.readNBytes((head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff));
        return head[3];
    }

    private static Orders orders(boolean tls, MockWebServer... servers) {
        Orders orders = Orders.with(client -> tls
                ? client.sslSocketFactory(Certificates.TRUST.sslSocketFactory(), Certificates.TRUST.trustManager())
                : client.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)));
        for (MockWebServer server : servers) {
            orders.add(instance(server), server);
        }
        return orders;
    }

    private static MockWebServer server(boolean tls, Streams streams) throws IOException {
        MockWebServer server = new MockWebServer();
        if (tls) {
            server.useHttps(Certificates.of("orders").sslSocketFactory());
        } else {
            server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        }
        server.setDispatcher(streams);
        server.start();
        return server;
    }

    private static MockWebServer full(boolean tls) throws IOException {
        return server(tls, new Streams(true));
    }

    private static MockWebServer free(boolean tls) throws IOException {
        return server(tls, new Streams(false));
    }

    /** Answers, or refuses. */
    private static final class Streams extends Dispatcher {

        private final CountDownLatch gate = new CountDownLatch(1);
        private volatile boolean full;

        Streams(boolean full) {
            this.full = full;
        }

        @Override
        public MockResponse peek() {
            MockResponse.Builder response = new MockResponse.Builder();
            return full
                    ? response.onResponseStart(new SocketEffect.CloseStream(REFUSED_STREAM))
                            .build()
                    : response.build();
        }

        @Override
        public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            if (request.getTarget().equals("/slow")) {
                gate.await();
            }
            return new MockResponse.Builder().body("free").build();
        }
    }

    private static ServiceInstance instance(MockWebServer server) {
        return ServiceInstance.of("127.0.0.1", server.getPort());
    }

    /** A call that would rather go to this server. */
    private static Request post(String url, MockWebServer preferred, String body) {
        return new Request.Builder()
                .url(url)
                .post(RequestBody.create(body, null))
                .tag(
                        PickRequest.class,
                        PickRequest.builder().prefer(instance(preferred).id()).build())
                .build();
    }

    private static long ended(Orders orders, MockWebServer server, Kind kind) {
        return orders.balancer().snapshot().instance(instance(server).id()).outcomes(kind);
    }

    private static String body(Call call) {
        try (Response response = call.execute()) {
            return response.body().string();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }
}
