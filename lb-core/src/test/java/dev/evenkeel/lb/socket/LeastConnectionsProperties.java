package dev.evenkeel.lb.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Connections that stay, while others come and go. */
class LeastConnectionsProperties {

    /**
     * With as many connections as there ever were, instances stay within one of each other. Each that is closed may set them
     * one further apart, as its instance is not ours to choose; each that is opened instead closes that gap.
     */
    @Property(tries = 60)
    void staysWithinOneButForWhatHasBeenClosed(
            @ForAll @IntRange(min = 2, max = 5) int instances,
            @ForAll @IntRange(min = 1, max = 60) int steps,
            @ForAll @IntRange(min = 1, max = 90) int percentOpened,
            @ForAll long seed)
            throws IOException {
        try (Services services = new Services()) {
            List<EchoServer> servers = servers(services, instances);
            History history = new History(leastInFlight(services, servers), new Random(seed));
            try {
                for (int i = 0; i < steps; i++) {
                    history.step(percentOpened);
                    history.check();
                }
                history.fill();
                history.check();
                for (EchoServer server : servers) {
                    int open = history.openTo(server);
                    Eventually.until(
                            "the server has them, too",
                            server::openConnections,
                            () -> server.openConnections() == open);
                }
            } finally {
                history.end();
            }
        }
    }

    /** Each ends once and says how, whatever servers and callers do to it. */
    @Property(tries = 60)
    void nothingStaysInFlight(
            @ForAll @IntRange(min = 1, max = 4) int instances,
            @ForAll @IntRange(min = 1, max = 60) int steps,
            @ForAll @IntRange(min = 10, max = 90) int percentOpened,
            @ForAll long seed)
            throws IOException {
        try (Services services = new Services()) { // looks when it is closed
            List<EchoServer> servers = servers(services, instances);
            LoadBalancer orders = leastInFlight(services, servers);
            Random random = new Random(seed);
            History history = new History(orders, random);
            for (int i = 0; i < steps; i++) {
                history.step(percentOpened);
                if (random.nextInt(10) == 0) {
                    servers.get(random.nextInt(instances)).resetAll();
                }
                history.use();
            }
            history.end();
            assertThat(orders.snapshot().instances())
                    .allSatisfy(instance -> assertThat(instance.outcomes(Kind.SUCCESS) + instance.outcomes(Kind.FAILED))
                            .isEqualTo(instance.picks()));
        }
    }

    private static List<EchoServer> servers(Services services, int count) {
        return Stream.generate(services::server).limit(count).toList();
    }

    private static LoadBalancer leastInFlight(Services services, List<EchoServer> servers) {
        return services.build(LoadBalancer.builder("orders")
                .instances(servers.stream().map(EchoServer::instance).toList())
                .strategy(Strategies.leastInFlight()));
    }

    private static final class History {

        private final LoadBalancer orders;
        private final Random random;
        private final List<Socket> open = new ArrayList<>();
        private int most;

        History(LoadBalancer orders, Random random) {
            this.orders = orders;
            this.random = random;
        }

        void step(int percentOpened) throws IOException {
            if (open.isEmpty() || random.nextInt(100) < percentOpened) {
                open();
            } else {
                open.remove(random.nextInt(open.size())).close();
            }
        }

        private void open() throws IOException {
            open.add(BalancedSocketFactory.to(orders).createSocket("orders", 1));
            most = Math.max(most, open.size());
        }

        /** Says something over one of them and hears it, or finds that it is gone. */
        void use() {
            if (open.isEmpty()) {
                return;
            }
            Socket socket = open.get(random.nextInt(open.size()));
            try {
                socket.getOutputStream().write('x');
                assertThat(socket.getInputStream().read()).isIn((int) 'x', -1);
            } catch (IOException reset) {
                assertThat(socket.isClosed()).isFalse();
            }
        }

        void fill() throws IOException {
            while (open.size() < most) {
                open();
            }
        }

        void check() {
            Map<String, Integer> counted = new HashMap<>();
            for (Socket socket : open) {
                counted.merge(
                        BalancedSocketFactory.instance(socket).orElseThrow().id(), 1, Integer::sum);
            }
            List<InstanceSnapshot> all = orders.snapshot().instances();
            assertThat(all)
                    .allSatisfy(instance ->
                            assertThat(instance.inFlight()).isEqualTo(counted.getOrDefault(instance.id(), 0)));
            IntSummaryStatistics inFlight =
                    all.stream().mapToInt(InstanceSnapshot::inFlight).summaryStatistics();
            int closed = most - open.size();
            assertThat(inFlight.getMax() - inFlight.getMin()).isLessThanOrEqualTo(1 + closed);
        }

        int openTo(EchoServer server) {
            return orders.snapshot().instance(server.instance().id()).inFlight();
        }

        void end() throws IOException {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }
}
