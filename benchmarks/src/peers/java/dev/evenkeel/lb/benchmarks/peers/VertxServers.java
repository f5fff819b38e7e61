package dev.evenkeel.lb.benchmarks.peers;

import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.endpoint.InteractionMetrics;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.core.net.endpoint.ServerEndpoint;
import io.vertx.core.net.endpoint.ServerInteraction;
import java.util.List;

/** What Vert.x's selectors choose from: servers with the metrics that the balancer makes for them. */
final class VertxServers {

    private VertxServers() {}

    static List<Server> of(LoadBalancer balancer, List<String> hosts) {
        return hosts.stream()
                .map(host -> new Server(host, SocketAddress.inetSocketAddress(8080, host), balancer.newMetrics()))
                .toList();
    }

    record Server(String key, SocketAddress address, InteractionMetrics<?> metrics) implements ServerEndpoint {

        @Override
        public ServerInteraction newInteraction() {
            throw new UnsupportedOperationException("newInteraction: no call is made here");
        }

        @Override
        public Object unwrap() {
            return this;
        }
    }
}
