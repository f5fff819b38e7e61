package dev.evenkeel.lb.socket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Servers and balancers of one test; and what must hold when it is over. */
final class Services implements AutoCloseable {

    private final List<EchoServer> servers = new ArrayList<>();
    private final List<ScriptedServer> refusing = new ArrayList<>();
    private final List<LoadBalancer> balancers = new ArrayList<>();

    EchoServer server() {
        EchoServer server = EchoServer.start();
        servers.add(server);
        return server;
    }

    /** A port at which nobody listens. */
    ServiceInstance refusing() {
        ScriptedServer server = ScriptedServer.refusing();
        refusing.add(server);
        return server.instance();
    }

    LoadBalancer orders(EchoServer... instances) {
        return orders(List.of(instances).stream().map(EchoServer::instance).toList());
    }

    /** Tries them in their order. */
    LoadBalancer orders(List<ServiceInstance> instances) {
        return build(LoadBalancer.builder("orders")
                .instances(instances)
                .strategy(candidates -> request -> IntStream.range(0, candidates.size())
                        .mapToObj(candidates::get)
                        .filter(candidate -> candidate.admits(request))
                        .findFirst()
                        .orElse(null)));
    }

    LoadBalancer build(LoadBalancerBuilder builder) {
        LoadBalancer balancer =
                builder.outlierDetection(OutlierConfig.off()).build(); // on a busy machine some outcomes do not count
        balancers.add(balancer);
        return balancer;
    }

    static long outcomes(LoadBalancer balancer, Kind kind) {
        return balancer.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(kind))
                .sum();
    }

    @Override
    public void close() throws IOException {
        try {
            for (LoadBalancer balancer : balancers) {
                assertThat(balancer.snapshot().inFlight()).isZero();
                assertThat(balancer.snapshot().instances())
                        .as("every connection says how it went")
                        .allSatisfy(
                                instance -> assertThat(instance.unreported()).isZero());
            }
        } finally {
            balancers.forEach(LoadBalancer::close);
            refusing.forEach(ScriptedServer::close);
            for (EchoServer server : servers) {
                server.close();
            }
        }
        Eventually.noThreadsNamed("evenkeel-");
        Eventually.noThreadsNamed(EchoServer.THREAD_NAME);
    }
}
