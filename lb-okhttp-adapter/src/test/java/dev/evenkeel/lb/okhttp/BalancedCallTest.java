package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class BalancedCallTest {

    @Test
    void instancesSeeTheServiceAsTheHost() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (Orders orders = Orders.of(a)) {
            orders.get("http://ORDERS/x");
            orders.get("http://orders:9999/x");
            assertThat(a.requests())
                    .extracting(request -> request.header("Host").orElseThrow())
                    .containsExactly("orders", "orders:9999");
        }
    }

    @Test
    void staysBalancedWhenItIsDerived() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        ScriptedServer a = ScriptedServer.start();
        a.reply(request -> request.target().equals("/slow")
                ? ScriptedReply.ok("late").withHeadAfter(never)
                : ScriptedReply.ok("ok"));
        try (Orders orders = Orders.of(a)) {
            OkHttpClient derived = orders.http()
                    .newBuilder()
                    .readTimeout(Duration.ofMillis(100))
                    .build();
            try (Response response =
                    derived.newCall(Orders.request("http://orders/x")).execute()) {
                assertThat(response.body().string()).isEqualTo("ok");
            }
            assertThatThrownBy(() -> derived.newCall(Orders.request("http://orders/slow"))
                            .execute())
                    .isInstanceOf(SocketTimeoutException.class)
                    .satisfies(failure -> assertThat(failure.getSuppressed())
                            .anySatisfy(note -> assertThat(note).hasMessageContaining(a.hostPort())));
            assertThat(orders.picks()).isEqualTo(2);
            assertThat(orders.ended(Outcome.Kind.FAILED)).isEqualTo(1);
            never.countDown();
        }
    }

    @Test
    void goesByWhateverTheRouterSays() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (Orders orders = Orders.of(a)) {
            List<String> seen = new ArrayList<>();
            Router byPath = request -> {
                seen.add(request.method() + " " + request.host() + " " + request.path() + " "
                        + request.query().orElse("-") + " "
                        + request.header("x-a").orElse("-"));
                return request.path().startsWith("/orders/") ? Optional.of(orders.balancer()) : Optional.empty();
            };
            OkHttpClient http = BalancedOkHttp.wrap(orders.raw(), byPath);
            // an address in the URL, too, is only a name for the service; port 9 is the one that discards
            for (String host : List.of("api.example.com", "192.0.2.1:9", "[2001:db8::1]")) {
                Request request = new Request.Builder()
                        .url("http://" + host + "/orders/1?q=%20")
                        .addHeader("X-A", "1")
                        .addHeader("X-A", "2")
                        .build();
                try (Response response = http.newCall(request).execute()) {
                    assertThat(response.body().string()).isEqualTo("ok");
                    assertThat(BalancedOkHttp.instance(response)).contains(a.instance());
                }
            }
            assertThat(seen).first().isEqualTo("GET api.example.com /orders/1 q=%20 1");
        }
    }

    @Test
    void tagWinsOverTheFunction() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        ScriptedServer b = ScriptedServer.start();
        try (Orders orders = Orders.of(a, b)) {
            OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                    .pickRequest(request ->
                            PickRequest.builder().only(a.instance().id()).build())
                    .stripHeaders("X-User")
                    .build();
            Request plain = new Request.Builder()
                    .url("http://orders/x")
                    .header("x-user", "7")
                    .build();
            Request tagged = plain.newBuilder()
                    .tag(
                            PickRequest.class,
                            PickRequest.builder().only(b.instance().id()).build())
                    .build();
            for (int i = 0; i < 3; i++) {
                http.newCall(plain).execute().close();
                http.newCall(tagged).execute().close();
            }
            assertThat(a.requestCount()).isEqualTo(3);
            assertThat(b.requestCount()).isEqualTo(3);
            assertThat(a.requests().get(0).header("X-User")).isEmpty();
        }
    }

    @Test
    void namesTheInstanceThatRefuses() throws Exception {
        ScriptedServer a = ScriptedServer.refusing();
        try (Orders orders = Orders.of(a)) {
            assertThatThrownBy(() -> orders.get("http://orders/x"))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining(a.hostPort())
                    .hasMessageContaining("orders");
            assertThat(orders.ended(Outcome.Kind.NEVER_REACHED)).isEqualTo(1);
        }
    }

    @Test
    void doesNotGoThroughAProxyThatIsSet() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (ScriptedServer proxy = ScriptedServer.start().reply(ScriptedReply.ok("proxy"));
                Orders orders = Orders.with(c -> c.proxy(new Proxy(Proxy.Type.HTTP, loopback(proxy.port()))), a)) {
            assertThat(orders.get("http://orders/x")).isEqualTo("ok");
            assertThat(orders.get("http://other.example/x")).isEqualTo("proxy");
        }
    }

    @Test
    void doesNotGoThroughAProxyThatIsSelected() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (ScriptedServer proxy = ScriptedServer.start().reply(ScriptedReply.ok("proxy"));
                Orders orders = Orders.with(c -> c.proxySelector(ProxySelector.of(loopback(proxy.port()))), a)) {
            assertThat(orders.get("http://orders/x")).isEqualTo("ok");
            assertThat(orders.get("http://other.example/x")).isEqualTo("proxy");
        }
    }

    @Test
    void doesNotGoThroughTheProxyOfTheJvm() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        Map<String, String> properties = Map.of("http.proxyHost", "127.0.0.1", "http.proxyPort", "9");
        try (Orders orders = Orders.of(a)) {
            properties.forEach(System::setProperty); // nothing else runs in this JVM meanwhile
            assertThat(orders.get("http://orders/x")).isEqualTo("ok");
            assertThatThrownBy(() -> orders.get("http://other.example/x")).hasMessageContaining("127.0.0.1:9");
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }

    @Test
    void lendsTheProxyToRedirectsThatLeadElsewhere() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        a.reply(ScriptedReply.status(302).withHeader("Location", "http://other.example/y"));
        ScriptedServer proxy = ScriptedServer.start();
        proxy.reply(ScriptedReply.ok("proxy"));
        RecordingProxySelector selector = new RecordingProxySelector(proxy.port());
        try (proxy;
                Orders orders = Orders.with(c -> c.proxySelector(selector), a)) {
            assertThat(orders.get("http://orders/x")).isEqualTo("proxy");
            assertThat(selector.asked).containsExactly("other.example");
        }
    }

    @Test
    void takesSocketsFromTheFactoryOfTheClient() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        CountingSocketFactory sockets = new CountingSocketFactory();
        try (Orders orders = Orders.with(c -> c.socketFactory(sockets), a)) {
            assertThat(orders.get("http://orders/x")).isEqualTo("ok");
            assertThat(sockets.made).hasValue(1);
        }
    }

    @Test
    void resolvesNamesOfInstancesByTheDnsOfTheClientAndTriesAllAddresses() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        List<String> asked = new ArrayList<>();
        InetAddress nobody = InetAddress.getByAddress(new byte[] {127, 0, 0, 9});
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        Orders orders = Orders.service(
                "orders",
                b -> b,
                c -> c.dns(name -> {
                    synchronized (asked) {
                        asked.add(name);
                    }
                    if (!name.equals("node-7.example")) {
                        throw new UnknownHostException(name);
                    }
                    return List.of(nobody, loopback);
                }));
        try (orders) {
            ServiceInstance named = ServiceInstance.of("node-7.example", a.port());
            orders.add(named, a);
            assertThat(orders.get("http://orders/x")).isEqualTo("ok");
            assertThat(asked).containsExactly("node-7.example");
        }
    }

    @Test
    void asksNoDnsForAddresses() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (Orders orders = Orders.with(
                c -> c.dns(name -> {
                    throw new UnknownHostException(name);
                }),
                a)) {
            assertThat(orders.get("http://orders/x")).isEqualTo("ok");
        }
    }

    @Test
    void saysThatSettingsOfTheBuilderAreWrong() {
        OkHttpClient client = new OkHttpClient();
        Router router = request -> Optional.empty();
        assertThatThrownBy(() -> BalancedOkHttp.builder(client, router).stripHeaders("a", " "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("names: blank (expected: the name of a header)");
        assertThatThrownBy(() -> BalancedOkHttp.wrap(client, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static InetSocketAddress loopback(int port) {
        return ServiceInstance.of("127.0.0.1", port).address();
    }

    private static final class RecordingProxySelector extends ProxySelector {

        private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
        private final int port;

        RecordingProxySelector(int port) {
            this.port = port;
        }

        @Override
        public List<Proxy> select(URI uri) {
            asked.add(uri.getHost());
            return List.of(new Proxy(Proxy.Type.HTTP, loopback(port)));
        }

        @Override
        public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
    }

    private static final class CountingSocketFactory extends SocketFactory {

        private final AtomicInteger made = new AtomicInteger();

        @Override
        public Socket createSocket() {
            made.incrementAndGet();
            return new Socket();
        }

        @Override
        public Socket createSocket(String host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
            throw new UnsupportedOperationException();
        }
    }
}
