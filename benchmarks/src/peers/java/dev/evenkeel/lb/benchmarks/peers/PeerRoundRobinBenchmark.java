package dev.evenkeel.lb.benchmarks.peers;

import com.linecorp.armeria.common.loadbalancer.SimpleLoadBalancer;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerRegistry;
import io.smallrye.stork.api.ServiceInstance;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.core.net.endpoint.ServerSelector;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import reactor.core.publisher.Flux;

/**
 * The selection of round robin as others do it, each driven alone through what it exports: no call is made.
 *
 * <p>What they do differs. Vert.x answers with an index, by which the server is got from a list. Spring's is asked for a {@code Mono} and blocked on, as its
 * blocking client does; its list comes from a supplier that costs nothing. Stork is given the list at each pick, in an
 * order that it sorts by. The picker of gRPC is taken from its policy with subchannels that say that they are ready.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PeerRoundRobinBenchmark { // not final: JMH derives from it

    private static final int[] WEIGHTS = {4, 5, 6};

    @Param({"10", "1000"})
    public int n;

    private SimpleLoadBalancer<String> armeria;
    private SimpleLoadBalancer<String> armeriaWeighted;
    private SubchannelPicker grpc;
    private PickSubchannelArgs grpcArguments;
    private RoundRobinLoadBalancer spring;
    private io.smallrye.stork.api.LoadBalancer stork;
    private List<ServiceInstance> storkInstances;
    private List<VertxServers.Server> vertxServers;
    private ServerSelector vertx;

    @Setup
    public void setUp() {
        List<String> hosts = IntStream.range(0, n)
                .mapToObj(i -> "10.0." + (i >> 8) + "." + (i & 0xff))
                .toList();
        armeria = com.linecorp.armeria.common.loadbalancer.LoadBalancer.ofRoundRobin(hosts);
        armeriaWeighted = com.linecorp.armeria.common.loadbalancer.LoadBalancer.ofWeightedRoundRobin(
                hosts, host -> WEIGHTS[hosts.indexOf(host) % WEIGHTS.length]);
        grpc = ReadySubchannels.picker(LoadBalancerRegistry.getDefaultRegistry().getProvider("round_robin"), hosts);
        grpcArguments = ReadySubchannels.arguments();
        spring = new RoundRobinLoadBalancer(new Provided<>(supplier(hosts)), "orders");
        stork = new io.smallrye.stork.impl.RoundRobinLoadBalancer();
        storkInstances = StorkInstances.of(hosts);
        vertxServers = VertxServers.of(LoadBalancer.ROUND_ROBIN, hosts);
        vertx = LoadBalancer.ROUND_ROBIN.selector(vertxServers);
    }

    @Benchmark
    public @Nullable Object armeria() {
        return armeria.pick();
    }

    @Benchmark
    public @Nullable Object armeriaWeighted() {
        return armeriaWeighted.pick();
    }

    @Benchmark
    public @Nullable Object grpc() {
        return grpc.pickSubchannel(grpcArguments).getSubchannel();
    }

    @Benchmark
    public @Nullable Object spring() {
        Response<?> response = spring.choose(SpringRequests.NONE).block();
        return response == null ? null : response.getServer();
    }

    @Benchmark
    public Object stork() {
        return stork.selectServiceInstance(storkInstances);
    }

    @Benchmark
    public Object vertx() {
        return vertxServers.get(vertx.select());
    }

    private static ServiceInstanceListSupplier supplier(List<String> hosts) {
        List<org.springframework.cloud.client.ServiceInstance> instances = hosts.stream()
                .<org.springframework.cloud.client.ServiceInstance>map(
                        host -> new DefaultServiceInstance(host, "orders", host, 8080, false))
                .toList();
        Flux<List<org.springframework.cloud.client.ServiceInstance>> list = Flux.just(instances);
        return new ServiceInstanceListSupplier() {
            @Override
            public String getServiceId() {
                return "orders";
            }

            @Override
            public Flux<List<org.springframework.cloud.client.ServiceInstance>> get() {
                return list;
            }
        };
    }
}
