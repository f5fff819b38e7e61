package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** Servers, balancers and clients of one test; and what must hold when it is over. */
abstract class ContractFixture {

    /** The first one of the list that there is, so that a test knows who is called. */
    static final LoadBalancingStrategy IN_ORDER = candidates -> request -> {
        for (int i = 0; i < candidates.size(); i++) {
            if (candidates.get(i).admits(request)) {
                return candidates.get(i);
            }
        }
        return candidates.get(0);
    };

    private final List<ScriptedServer> servers = new ArrayList<>();
    private final List<Http2Server> http2Servers = new ArrayList<>();
    private final List<LoadBalancer> balancers = new ArrayList<>();
    private final List<ContractClient> clients = new ArrayList<>();

    /** Makes the client under test. It is closed by the suite. */
    protected abstract ContractClient newClient(ContractOptions options);

    /** A server that ends with the test. */
    protected final ScriptedServer server() {
        return endingWithTheTest(ScriptedServer.start());
    }

    /** A server at this address, which ends with the test. */
    final ScriptedServer serverAt(String address) {
        return endingWithTheTest(ScriptedServer.startAt(address));
    }

    /** A server that speaks TLS, and ends with the test. */
    protected final ScriptedServer serverOverTls(SSLContext context) {
        return endingWithTheTest(ScriptedServer.startOverTls(context));
    }

    /** A port that refuses connections, until the test ends. */
    protected final ScriptedServer refusingServer() {
        return endingWithTheTest(ScriptedServer.refusing());
    }

    /** A server that speaks HTTP/2, and ends with the test. */
    final Http2Server http2Server(@Nullable SSLContext tls, int maxStreams) {
        Http2Server server = new Http2Server(tls, maxStreams);
        http2Servers.add(server);
        return server;
    }

    private ScriptedServer endingWithTheTest(ScriptedServer server) {
        servers.add(server);
        return server;
    }

    /** A balancer for {@code orders} over these servers; checked and closed when the test ends. */
    protected final LoadBalancer orders(ScriptedServer... instances) {
        return orders(builder -> builder, instances);
    }

    /** A balancer for {@code orders} over these servers, with settings. */
    protected final LoadBalancer orders(UnaryOperator<LoadBalancerBuilder> settings, ScriptedServer... instances) {
        return orders(
                settings,
                List.of(instances).stream().map(ScriptedServer::instance).toList());
    }

    /** A balancer for {@code orders} over these instances, with settings. */
    final LoadBalancer orders(UnaryOperator<LoadBalancerBuilder> settings, List<ServiceInstance> instances) {
        return balancer(settings.apply(LoadBalancer.builder("orders")
                .outlierDetection(OutlierConfig.off()) // on a busy machine some outcomes do not count
                .instances(instances)));
    }

    /** A setting for tests of latencies: with a clock of its own a balancer takes no pause of a busy machine into account. */
    static LoadBalancerBuilder ignoringPauses(LoadBalancerBuilder builder) {
        return builder.ticker(Ticker.system());
    }

    /** A balancer that is checked and closed when the test ends. */
    protected final LoadBalancer balancer(LoadBalancerBuilder builder) {
        LoadBalancer balancer = builder.build();
        balancers.add(balancer);
        return balancer;
    }

    /** A client in front of these balancers. */
    protected final ContractClient client(LoadBalancer... inFrontOf) {
        return client(ContractOptions.of(inFrontOf));
    }

    /** A client with options. */
    protected final ContractClient client(ContractOptions options) {
        ContractClient client = newClient(options);
        clients.add(client);
        return client;
    }

    /** Calls that ended this way on this server's instance. */
    protected static long outcomes(LoadBalancer balancer, ScriptedServer server, Outcome.Kind kind) {
        return balancer.snapshot().instance(server.hostPort()).outcomes(kind);
    }

    /** Calls picked so far, over all instances. */
    protected static long picks(LoadBalancer balancer) {
        return balancer.snapshot().instances().stream()
                .mapToLong(InstanceSnapshot::picks)
                .sum();
    }

    @AfterEach
    final void nothingIsLeftBehind() {
        try {
            for (LoadBalancer balancer : balancers) {
                Eventually.until(
                        "nothing is in flight",
                        balancer::snapshot,
                        () -> balancer.snapshot().inFlight() == 0);
                assertThat(balancer.snapshot().instances())
                        .as("every call says how it went")
                        .allSatisfy(
                                instance -> assertThat(instance.unreported()).isZero());
            }
        } finally {
            clients.forEach(ContractClient::close);
            balancers.forEach(LoadBalancer::close);
            servers.forEach(ScriptedServer::close);
            http2Servers.forEach(Http2Server::close);
        }
        Eventually.noThreadsNamed("evenkeel-");
        Eventually.noThreadsNamed(ScriptedServer.THREAD_NAME);
    }
}
