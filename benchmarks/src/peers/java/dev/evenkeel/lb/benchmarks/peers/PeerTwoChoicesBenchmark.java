package dev.evenkeel.lb.benchmarks.peers;

import static java.util.Objects.requireNonNull;

import io.grpc.ClientStreamTracer;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.xds.LeastRequestLoadBalancerProvider;
import io.smallrye.stork.api.ServiceInstance;
import io.smallrye.stork.loadbalancer.poweroftwochoices.PowerOfTwoChoicesConfiguration;
import io.smallrye.stork.loadbalancer.poweroftwochoices.PowerOfTwoChoicesLoadBalancerProvider;
import io.vertx.core.net.endpoint.InteractionMetrics;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.core.net.endpoint.ServerSelector;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A whole call under two choices as others count it, from the pick to the end, each driven alone through what it exports:
 * no call is made.
 *
 * <p>What they do differs. Vert.x is told of the begin and the end of request and response, and reads a clock at each.
 * Least request of gRPC counts through a stream tracer, without a clock. Stork is told of the begin and the end, and
 * allows random numbers that are not secure, which is its faster setting.
 */
@SuppressWarnings("NullAway.Init") // in setUp, which JMH calls
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PeerTwoChoicesBenchmark { // not final: JMH derives from it

    @Param({"10", "1000"})
    public int n;

    private final Metadata headers = new Metadata();
    private final ClientStreamTracer.StreamInfo stream =
            ClientStreamTracer.StreamInfo.newBuilder().build();
    private SubchannelPicker grpc;
    private PickSubchannelArgs grpcArguments;
    private io.smallrye.stork.api.LoadBalancer stork;
    private List<ServiceInstance> storkInstances;
    private List<VertxServers.Server> vertxServers;
    private ServerSelector vertx;

    @Setup
    public void setUp() {
        List<String> hosts = IntStream.range(0, n)
                .mapToObj(i -> "10.0." + (i >> 8) + "." + (i & 0xff))
                .toList();
        grpc = ReadySubchannels.picker(new LeastRequestLoadBalancerProvider(), hosts);
        grpcArguments = ReadySubchannels.arguments();
        stork = new PowerOfTwoChoicesLoadBalancerProvider()
                .createLoadBalancer(
                        new PowerOfTwoChoicesConfiguration().withUseSecureRandom("false"), StorkInstances.NOWHERE);
        storkInstances = StorkInstances.of(hosts);
        vertxServers = VertxServers.of(LoadBalancer.POWER_OF_TWO_CHOICES, hosts);
        vertx = LoadBalancer.POWER_OF_TWO_CHOICES.selector(vertxServers);
    }

    @Benchmark
    public Object grpc() {
        PickResult result = grpc.pickSubchannel(grpcArguments);
        ClientStreamTracer tracer =
                requireNonNull(result.getStreamTracerFactory()).newClientStreamTracer(stream, headers);
        tracer.streamCreated(io.grpc.Attributes.EMPTY, headers);
        tracer.streamClosed(Status.OK);
        return requireNonNull(result.getSubchannel());
    }

    @Benchmark
    public Object stork() {
        ServiceInstance instance = stork.selectServiceInstance(storkInstances);
        instance.recordStart(true);
        instance.recordReply();
        instance.recordEnd(null);
        return instance;
    }

    @Benchmark
    public int vertx() {
        int place = vertx.select();
        call(vertxServers.get(place).metrics());
        return place;
    }

    private static <M> void call(InteractionMetrics<M> metrics) {
        M metric = metrics.initiateRequest();
        metrics.reportRequestBegin(metric);
        metrics.reportRequestEnd(metric);
        metrics.reportResponseBegin(metric);
        metrics.reportResponseEnd(metric);
    }
}
