package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Connections: each instance has its own, and they go with it. */
class ConnectionsTest {

    @Test
    void keepsAsManyIdleOnesAsItIsTold() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        ScriptedServer a = ScriptedServer.start();
        a.reply(ScriptedReply.ok("first half, second half").withRestAfter(gate));
        try (Orders orders = Orders.of(a)) {
            OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                    .idleConnections(1, Duration.ofMinutes(1))
                    .build();
            List<Response> open = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                open.add(http.newCall(Orders.request("http://orders/x")).execute());
            }
            gate.countDown();
            for (Response response : open) {
                assertThat(response.body().string()).isEqualTo("first half, second half");
            }
            assertThat(a.openConnections()).isEqualTo(4);
            // for another port of the URL it makes a new one, which is when OkHttp counts
            try (Response inUse =
                    http.newCall(Orders.request("http://orders:81/x")).execute()) {
                assertThat(inUse.code()).isEqualTo(200);
                Eventually.until("one is idle", () -> a.openConnections() == 2);
            }
        }
    }

    @Test
    void keepsIdleOnesForAsLongAsItIsTold() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (Orders orders = Orders.of(a)) {
            OkHttpClient http = BalancedOkHttp.builder(orders.raw(), orders.balancer())
                    .idleConnections(5, Duration.ofMillis(1))
                    .build();
            http.newCall(Orders.request("http://orders/x")).execute().close();
            Eventually.until("none is left", () -> a.openConnections() == 0);
        }
    }

    @Test
    void refusesToKeepNoConnections() {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances("10.0.0.1:80").build()) {
            BalancedOkHttp.Builder builder = BalancedOkHttp.builder(new OkHttpClient(), orders);
            assertThatThrownBy(() -> builder.idleConnections(0, Duration.ofMinutes(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("perInstance: 0 (expected: >= 1)");
            assertThatThrownBy(() -> builder.idleConnections(1, Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("keepAlive: PT0S (expected: >= 1 ms)");
        }
    }

    @Test
    void keepsInstancesAtOneIpAddressApart() throws Exception {
        ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.ok("a"));
        ScriptedServer b = ScriptedServer.start().reply(ScriptedReply.ok("b"));
        try (Orders orders = Orders.of(a, b)) {
            List<String> answers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                answers.add(orders.get("http://orders/x"));
            }
            assertThat(answers).containsOnly("a", "b");
            assertThat(a.requestCount()).isEqualTo(5);
        }
    }

    @Test
    void closesConnectionsWhenTheInstanceLeaves() throws Exception {
        CountDownLatch rest = new CountDownLatch(1);
        ScriptedServer a = ScriptedServer.start();
        a.reply(request -> request.target().equals("/slow")
                ? ScriptedReply.ok("first half, second half").withRestAfter(rest)
                : ScriptedReply.ok("ok"));
        ScriptedServer b = ScriptedServer.start();
        try (Orders orders = Orders.of(a)) {
            Response slow =
                    orders.http().newCall(Orders.request("http://orders/slow")).execute();
            orders.get("http://orders/x");
            assertThat(a.openConnections()).isEqualTo(2);
            orders.add(b.instance(), b);
            orders.leave(a);
            Eventually.until("the idle one is closed", () -> a.openConnections() == 1);
            rest.countDown();
            assertThat(slow.body().string()).isEqualTo("first half, second half");
            Eventually.until("the last one is closed", () -> a.openConnections() == 0);
            orders.get("http://orders/x");
            assertThat(b.openConnections()).isEqualTo(1);
        }
    }

    @Test
    void closesConnectionsWhenTheBalancerIsClosed() throws Exception {
        CountDownLatch rest = new CountDownLatch(1);
        ScriptedServer a = ScriptedServer.start();
        a.reply(request -> request.target().equals("/slow")
                ? ScriptedReply.ok("first half, second half").withRestAfter(rest)
                : ScriptedReply.ok("ok"));
        try (Orders orders = Orders.of(a)) {
            Response slow =
                    orders.http().newCall(Orders.request("http://orders/slow")).execute();
            orders.get("http://orders/x");
            orders.balancer().close();
            Eventually.until("the idle one is closed", () -> a.openConnections() == 1);
            rest.countDown();
            assertThat(slow.body().string()).isEqualTo("first half, second half");
            Eventually.until("the last one is closed", () -> a.openConnections() == 0);
        }
    }

    @Test
    void opensNewConnectionsWhenAnInstanceComesBack() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        // events on the thread that causes them: it must have left before it comes back
        try (Orders orders =
                Orders.service("orders", balancer -> balancer.executor(Runnable::run), UnaryOperator.identity())) {
            orders.add(a.instance(), a);
            orders.get("http://orders/x");
            orders.leave(a);
            Eventually.until("it is closed", () -> a.openConnections() == 0);
            orders.add(a.instance(), a);
            orders.get("http://orders/x");
            orders.get("http://orders/x");
            assertThat(a.acceptedConnections()).isEqualTo(2);
        }
    }

    @Test
    void lastConnectionIsClosedThoughTheLeaseEndsBeforeOkHttpLetsGo() throws Exception {
        ScriptedServer a = ScriptedServer.start().reply(ScriptedReply.endless());
        try (Orders orders = Orders.of(a)) {
            Response response =
                    orders.http().newCall(Orders.request("http://orders/x")).execute();
            orders.leave(a);
            Eventually.until(
                    "it has left",
                    () -> orders.balancer().snapshot().instances().get(0).isDraining());
            response.close();
            Eventually.until("it is closed", () -> a.openConnections() == 0);
        }
    }

    @Test
    void balancerDoesNotKeepAClientAlive() throws Exception {
        try (ScriptedServer a = ScriptedServer.start();
                ListenedTo orders = new ListenedTo(
                        LoadBalancer.builder("orders").instances(a.hostPort()).build())) {
            OkHttpClient raw = new OkHttpClient();
            OkHttpClient http = BalancedOkHttp.wrap(raw, orders);
            http.newCall(Orders.request("http://orders/x")).execute().close();
            assertThat(orders.listeners).hasSize(1);
            http = raw;
            Eventually.until("the listener goes at the first event after the client", () -> {
                System.gc();
                orders.listeners.forEach(listener -> listener.joined("orders", a.instance()));
                return orders.listeners.isEmpty();
            });
            assertThat(http).isSameAs(raw);
            raw.dispatcher().executorService().shutdown();
        }
    }

    /** Shows who listens. */
    private static final class ListenedTo implements LoadBalancer {

        private final LoadBalancer balancer;
        private final List<LoadBalancerListener> listeners = new CopyOnWriteArrayList<>();

        ListenedTo(LoadBalancer balancer) {
            this.balancer = balancer;
        }

        @Override
        public String serviceName() {
            return balancer.serviceName();
        }

        @Override
        public Lease acquire(PickRequest request) {
            return balancer.acquire(request);
        }

        @Override
        public CompletableFuture<Lease> acquireAsync(PickRequest request) {
            return balancer.acquireAsync(request);
        }

        @Override
        public CallContext callContext() {
            return balancer.callContext();
        }

        @Override
        public PoolSnapshot snapshot() {
            return balancer.snapshot();
        }

        @Override
        public LoadBalancer subset(Map<String, String> metadata) {
            return balancer.subset(metadata);
        }

        @Override
        public void addListener(LoadBalancerListener listener) {
            listeners.add(listener);
        }

        @Override
        public void removeListener(LoadBalancerListener listener) {
            listeners.remove(listener);
        }

        @Override
        public void close() {
            balancer.close();
        }
    }
}
