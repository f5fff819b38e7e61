package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.examples.support.DemoServer;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Routes;
import dev.evenkeel.lb.routing.Rule;
import dev.evenkeel.lb.routing.Split;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One client in front of several services, as behind a gateway, but without one: {@code /a} and {@code /b} are different
 * services, a part of the callers of {@code /b} gets its next version, and what is no service is refused.
 */
public final class ManyServices {

    private static final Duration AT_ONCE = Duration.ZERO;

    private ManyServices() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        try (DemoServer serverA = DemoServer.start("a", AT_ONCE);
                DemoServer serverB = DemoServer.start("b", AT_ONCE);
                DemoServer nextB = DemoServer.start("b-next", AT_ONCE);
                LoadBalancer a = balancer("service-a", serverA);
                LoadBalancer b = balancer("service-b", serverB);
                LoadBalancer canary = balancer("service-b-next", nextB)) {
            Routes routes = Routes.of(
                    Rule.to(a).host("api.example").path("/a/**").stripPrefix(),
                    Rule.to(Split.of(80, b).and(20, canary))
                            .host("api.example")
                            .path("/b/**")
                            .stripPrefix(),
                    Rule.refuse().host("api.example"));
            BalancedHttpClient http = BalancedHttpClient.wrap(HttpClient.newHttpClient(), routes);

            System.out.println("/a/1 is answered by " + get(http, "/a/1"));
            System.out.println("/b/1 is answered by " + canary(http));
            try {
                get(http, "/c/1");
            } catch (IOException refused) {
                System.out.println("/c/1 is refused: " + refused.getMessage());
            }
        }
    }

    /** A hundred users, each of whom gets the same version twice. */
    private static Map<String, Integer> canary(BalancedHttpClient http) throws IOException, InterruptedException {
        Map<String, Integer> users = new TreeMap<>();
        for (int user = 1; user <= 100; user++) {
            BalancedHttpClient asUser = http.with(PickRequest.stickyTo("user-" + user));
            String first = get(asUser, "/b/1");
            String second = get(asUser, "/b/2");
            users.merge(first.equals(second) ? first : "both", 1, Integer::sum);
        }
        return users;
    }

    private static String get(HttpClient http, String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://api.example" + path)).build();
        return http.send(request, BodyHandlers.ofString()).body();
    }

    private static LoadBalancer balancer(String service, DemoServer server) {
        return LoadBalancer.builder(service)
                .instances(List.of(server.instance()))
                .build();
    }
}
