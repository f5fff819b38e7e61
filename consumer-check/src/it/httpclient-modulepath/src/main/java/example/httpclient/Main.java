package example.httpclient;

import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** What a user of the README has: one real call, which must have gone to the one instance. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        if (!Main.class.getModule().isNamed()) {
            throw new IllegalStateException("not on the module path: " + Main.class.getModule());
        }
        InetAddress loopback = InetAddress.getLoopbackAddress();
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        server.createContext("/v1/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        String instance = loopback.getHostAddress() + ":" + server.getAddress().getPort();
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances(instance).build()) {
            HttpClient client = HttpClient.newBuilder()
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();
            HttpResponse<Void> response = BalancedHttpClient.wrap(client, orders)
                    .send(
                            HttpRequest.newBuilder(URI.create("http://orders/v1/42"))
                                    .build(),
                            BodyHandlers.discarding());
            report("httpclient-modulepath", response.statusCode(), orders);
        } finally {
            server.stop(0);
        }
    }

    private static void report(String consumer, int status, LoadBalancer orders) {
        if (status != 204
                || orders.snapshot().instances().get(0).picks() != 1
                || orders.snapshot().inFlight() != 0) {
            throw new IllegalStateException("status " + status + ", " + orders.snapshot());
        }
        System.out.println(
                "consumer of " + consumer + ": " + orders.snapshot().instances().get(0));
    }
}
