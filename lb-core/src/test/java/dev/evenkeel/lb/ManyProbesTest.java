package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What it takes to probe a great many instances. */
class ManyProbesTest {

    private final VirtualClock clock = new VirtualClock();

    /** The test's thread is scheduler, executor and server, and there is no other. The connections are real. */
    @Test
    void aThousandInstancesTakeOneThread() throws Exception {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(loopback, 0), 100);
            server.configureBlocking(false);
            List<ServiceInstance> instances =
                    instances(1_000, loopback.getHostAddress(), server.socket().getLocalPort());
            LoadBalancer orders = TestBalancers.builder(clock)
                    .instances(instances)
                    .healthCheck(
                            HealthProbe.tcp(),
                            ProbeConfig.builder().timeout(Duration.ofHours(1)).build())
                    .build();
            while (healthy(orders) < instances.size()) { // the kernel has a clock of its own
                clock.advance(Duration.ofMillis(10));
                acceptAll(server);
            }
            orders.close();
            assertThat(clock.pendingTasks()).isZero();
        }
    }

    private static List<ServiceInstance> instances(int count, String host, int port) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            instances.add(ServiceInstance.builder(host, port).id("orders-" + i).build());
        }
        return instances;
    }

    private static long healthy(LoadBalancer balancer) {
        return balancer.snapshot().instances().stream()
                .filter(instance -> instance.health() == HealthStatus.HEALTHY)
                .count();
    }

    private static void acceptAll(ServerSocketChannel server) throws IOException {
        for (SocketChannel accepted = server.accept(); accepted != null; accepted = server.accept()) {
            accepted.close();
        }
    }
}
