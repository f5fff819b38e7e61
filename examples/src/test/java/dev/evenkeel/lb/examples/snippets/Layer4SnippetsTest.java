package dev.evenkeel.lb.examples.snippets;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.Registration;
import dev.evenkeel.lb.examples.support.Waiting;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.socket.BalancedChannel;
import dev.evenkeel.lb.socket.BalancedSocketFactory;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** The snippets of docs/layer4.md, which stand in the README and in Javadoc, too. */
class Layer4SnippetsTest {

    private final InMemoryRegistry registry = new InMemoryRegistry();
    private ServerSocket server;
    private Thread serving;
    private Registration registration;

    @BeforeEach
    void serve() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        serving = new Thread(this::answer, "layer4-snippets");
        serving.start();
        registration = register("orders");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        serving.join();
    }

    private Registration register(String service) {
        return registry.register(
                service,
                ServiceInstance.builder(server.getInetAddress().getHostAddress(), server.getLocalPort())
                        .metadata(Map.of("version", "2"))
                        .build());
    }

    @Test
    void sockets() throws Exception {
        byte[] question = "?".getBytes(US_ASCII);
        byte[] answer;
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            // snippet
            SocketFactory sockets = BalancedSocketFactory.to(orders);
            try (Socket socket = sockets.createSocket("orders", 8080)) {
                socket.getOutputStream().write(question);
                answer = socket.getInputStream().readAllBytes();
            }
            // end
            assertThat(answer).asString(US_ASCII).isEqualTo("ok");
        }
    }

    @Test
    void settings() throws Exception {
        register("db");
        // snippet
        LoadBalancer db = LoadBalancer.builder("db")
                .source(registry)
                .strategy(Strategies.leastInFlight())
                .build();
        // end
        // snippet
        SocketFactory toVersionTwo = BalancedSocketFactory.to(db)
                .with(PickRequest.builder().requireMetadata("version", "2").build());
        // end
        toVersionTwo.createSocket("db", 1).close();
        settings(db);
        db.close();
    }

    private static void settings(LoadBalancer db) throws IOException {
        // snippet
        SocketFactory sockets = BalancedSocketFactory.builder(db)
                .connectTimeout(Duration.ofSeconds(2))
                .retries(RetryPolicy.builder().maxAttempts(2).build())
                .build();
        // end
        sockets.createSocket("db", 1).close();
        assertThat(db.snapshot().instances().get(0).outcomes(Outcome.Kind.SUCCESS))
                .isEqualTo(2);
    }

    @Test
    void healthCheck() {
        register("db");
        // snippet
        LoadBalancer db = LoadBalancer.builder("db")
                .source(registry)
                .healthCheck(HealthProbe.blocking(
                        (instance, context) -> canLogIn(instance) ? ProbeResult.well() : ProbeResult.sick("no login")))
                .build();
        // end
        assertThat(Waiting.until(
                        () -> db.snapshot().instances().get(0).health() == HealthStatus.UNHEALTHY,
                        Duration.ofSeconds(30)))
                .isTrue();
        db.close();
    }

    private static boolean canLogIn(ServiceInstance instance) {
        return instance.port() < 0;
    }

    @Test
    void tls() throws Exception {
        SSLContext context = SSLContext.getDefault();
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            SocketFactory sockets = BalancedSocketFactory.to(orders);
            // snippet
            Socket below = sockets.createSocket("orders", 443);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(below, "orders", 443, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            parameters.setServerNames(List.of(new SNIHostName("orders")));
            socket.setSSLParameters(parameters);
            // end
            assertThatThrownBy(socket::startHandshake).isInstanceOf(IOException.class); // the server speaks no TLS
            socket.close();
            assertThat(orders.snapshot().inFlight()).isZero();
        }
    }

    private interface Pool {
        void softEvictConnections();
    }

    @Test
    void leaving() throws Exception {
        registration.close();
        Registration leaving = register("db");
        CountDownLatch told = new CountDownLatch(1);
        Pool pool = told::countDown;
        try (LoadBalancer db = LoadBalancer.builder("db").source(registry).build();
                Socket socket = BalancedSocketFactory.to(db).createSocket("db", 1)) {
            // snippet
            db.addListener(new LoadBalancerListener() {
                @Override
                public void draining(String serviceName, ServiceInstance instance) {
                    pool.softEvictConnections();
                }
            });
            // end
            leaving.close();
            assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(socket.isClosed()).isFalse();
            assertThat(db.snapshot().instances()).hasSize(1);
        }
    }

    @Test
    void jedis() {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            SocketFactory sockets = BalancedSocketFactory.to(orders);
            // snippet
            JedisSocketFactory connect = () -> connected(sockets);
            Jedis redis = new Jedis(connect);
            // end
            redis.close();
        }
    }

    private static Socket connected(SocketFactory sockets) {
        try {
            return sockets.createSocket("cache", 6379);
        } catch (IOException failure) {
            throw new JedisConnectionException(failure);
        }
    }

    @Test
    void channels() throws Exception {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").source(registry).build()) {
            // snippet
            try (BalancedChannel connection = BalancedSocketFactory.to(orders).openChannel()) {
                try {
                    talkOver(connection.channel());
                } catch (IOException failure) {
                    connection.failed(failure);
                    throw failure;
                }
            }
            // end
            assertThat(orders.snapshot().inFlight()).isZero();
        }
    }

    private static void talkOver(SocketChannel channel) throws IOException {
        if (!channel.isConnected()) {
            throw new IOException("not connected");
        }
    }

    /** Says ok to whoever says something, one after the other. */
    private void answer() {
        while (!server.isClosed()) {
            try (Socket caller = server.accept()) {
                if (caller.getInputStream().read() >= 0) {
                    caller.getOutputStream().write("ok".getBytes(US_ASCII));
                }
            } catch (IOException closedOrHungUp) {
                // nobody to tell
            }
        }
    }
}
