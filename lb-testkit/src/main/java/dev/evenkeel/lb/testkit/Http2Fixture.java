package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** What tests over HTTP/2 have in common. */
abstract class Http2Fixture extends ContractFixture {

    private static final TestCertificate CERTIFICATE = TestCertificate.of("orders");

    final Http2Contract contract;
    final boolean overTls;

    Http2Fixture(Http2Contract contract, boolean overTls) {
        this.contract = contract;
        this.overTls = overTls;
    }

    @Override
    protected final ContractClient newClient(ContractOptions options) {
        return contract.newClient(options);
    }

    Http2Server newServer() {
        return newServer(Http2Server.MANY_STREAMS);
    }

    Http2Server newServer(int maxStreams) {
        return http2Server(overTls ? CERTIFICATE.ofServer() : null, maxStreams);
    }

    LoadBalancer orders(Http2Server... servers) {
        return orders(builder -> builder, servers);
    }

    LoadBalancer inOrder(Http2Server... servers) {
        return orders(builder -> builder.strategy(IN_ORDER), servers);
    }

    LoadBalancer orders(UnaryOperator<LoadBalancerBuilder> settings, Http2Server... servers) {
        return orders(
                settings, Arrays.stream(servers).map(Http2Server::instance).toList());
    }

    ContractOptions speakingHttp2(LoadBalancer orders) {
        ContractOptions options = ContractOptions.of(orders).withHttp2();
        return overTls ? options.withTls(TestCertificate.trusting(CERTIFICATE)) : options;
    }

    /** A client that has a connection to each of these, over which there has been one call: clients make some in vain. */
    ContractClient connected(ContractOptions options, Http2Server... servers) throws Exception {
        ContractClient client = client(options);
        for (Http2Server server : servers) {
            assertThat(text(client.send(get().withPickRequest(only(server))))).isNotEmpty();
        }
        return client;
    }

    String url() {
        return overTls ? "https://orders/x" : "http://orders/x";
    }

    ContractCall get() {
        return ContractCall.get(url());
    }

    ContractCall post(String body) {
        return ContractCall.post(url(), body);
    }

    static PickRequest only(Http2Server server) {
        return PickRequest.builder().only(server.instance().id()).build();
    }

    static long outcomes(LoadBalancer orders, Kind kind) {
        return orders.snapshot().instances().stream()
                .mapToLong(instance -> instance.outcomes(kind))
                .sum();
    }

    static long outcomes(LoadBalancer orders, Http2Server server, Kind kind) {
        return orders.snapshot().instance(server.instance().id()).outcomes(kind);
    }

    static String text(ContractAnswer answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }
}
