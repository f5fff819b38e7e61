package dev.evenkeel.lb.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.examples.support.Waiting;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.socket.BalancedSocketFactory;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** A client of Redis over balanced sockets, with Redis itself where that is installed ({@code redis-server}). */
@Timeout(120)
class RedisTest {

    private static final int SERVERS = 3;

    private final List<Process> servers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final List<Jedis> clients = new ArrayList<>();
    private LoadBalancer cache;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(isInstalled(), "redis-server is installed");
        for (int i = 0; i < SERVERS; i++) {
            int port = freePort();
            ports.add(port);
            servers.add(new ProcessBuilder(
                            "redis-server",
                            "--port",
                            Integer.toString(port),
                            "--bind",
                            "127.0.0.1",
                            "--save",
                            "",
                            "--dir",
                            directory.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectErrorStream(true)
                    .start());
        }
        for (int port : ports) {
            assertThat(Waiting.until(() -> answers(port), Duration.ofSeconds(30)))
                    .isTrue();
        }
        cache = LoadBalancer.builder("cache")
                .instances(ports.stream()
                        .map(port -> ServiceInstance.of("127.0.0.1", port))
                        .toList())
                .strategy(Strategies.leastInFlight())
                .build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        clients.forEach(Jedis::close);
        if (cache != null) {
            assertThat(cache.snapshot().inFlight()).isZero();
            cache.close();
        }
        for (Process server : servers) {
            server.destroy();
            server.waitFor();
        }
    }

    @Test
    void connectionsAreSpreadByHowManyThereAre() {
        connect(9);
        for (Jedis client : clients) {
            client.incr("seen");
        }
        assertThat(inFlight()).containsExactly(3, 3, 3);
        for (int port : ports) {
            try (Jedis direct = new Jedis("127.0.0.1", port)) {
                assertThat(direct.get("seen")).isEqualTo("3");
            }
        }
    }

    @Test
    void whatWasAtAServerThatDiesIsMadeAnewElsewhere() throws Exception {
        connect(6);
        clients.forEach(Jedis::ping);
        Process killed = servers.get(0);
        killed.destroyForcibly();
        killed.waitFor();
        List<Jedis> lost = new ArrayList<>();
        for (Jedis client : clients) {
            try {
                client.ping();
            } catch (JedisConnectionException gone) {
                lost.add(client);
            }
        }
        assertThat(lost).hasSize(2);
        lost.forEach(Jedis::close);
        clients.removeAll(lost);
        connect(2);
        clients.forEach(client -> assertThat(client.ping()).isEqualTo("PONG"));
        assertThat(inFlight()).containsExactly(0, 3, 3);
        assertThat(cache.snapshot().instances().get(0).outcomes(Outcome.Kind.NEVER_REACHED))
                .as("tried first, as it has fewest")
                .isPositive();
    }

    private void connect(int count) {
        for (int i = 0; i < count; i++) {
            Jedis client = new Jedis(() -> connected());
            client.connect();
            clients.add(client);
        }
    }

    private Socket connected() {
        try {
            return BalancedSocketFactory.to(cache).createSocket("cache", 6379);
        } catch (IOException failure) {
            throw new JedisConnectionException(failure);
        }
    }

    private List<Integer> inFlight() {
        return cache.snapshot().instances().stream()
                .map(InstanceSnapshot::inFlight)
                .toList();
    }

    private static boolean isInstalled() {
        try {
            return new ProcessBuilder("redis-server", "--version").start().waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static boolean answers(int port) {
        try (Jedis direct = new Jedis("127.0.0.1", port)) {
            return direct.ping().equals("PONG");
        } catch (JedisConnectionException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
