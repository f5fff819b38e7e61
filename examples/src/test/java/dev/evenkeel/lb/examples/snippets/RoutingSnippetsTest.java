package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.routing.Mirror;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.routing.Routes;
import dev.evenkeel.lb.routing.Rule;
import dev.evenkeel.lb.routing.Split;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The snippets of docs/routing.md, and those of the Javadoc on the same. */
class RoutingSnippetsTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private final LoadBalancer orders = LoadBalancer.builder("orders")
            .instances(List.of(colored("10.0.0.1", "blue"), colored("10.0.0.2", "green")))
            .build();
    private final LoadBalancer ordersNext = balancer("orders-next");
    private final LoadBalancer ordersCanary = balancer("orders-canary");
    private final LoadBalancer carts = balancer("carts");
    private final LoadBalancer cartsCanary = balancer("carts-canary");
    private final LoadBalancer reports = balancer("reports");

    private static LoadBalancer balancer(String name) {
        return LoadBalancer.builder(name).instances("10.0.0.3:80").build();
    }

    private static ServiceInstance colored(String host, String color) {
        return ServiceInstance.builder(host, 80)
                .metadata(Map.of("color", color))
                .build();
    }

    @AfterEach
    void close() {
        List.of(orders, ordersNext, ordersCanary, carts, cartsCanary, reports).forEach(LoadBalancer::close);
    }

    @Test
    void gateway() {
        // snippet
        Routes routes = Routes.of(
                Rule.to(orders).path("/orders/**").stripPrefix(),
                Rule.to(Split.of(95, carts).and(5, cartsCanary)).path("/carts/{id}"),
                Rule.to(reports).host("*.reports.example").method("GET", "HEAD"),
                Rule.refuse().host("*.example"));
        HttpClient http = BalancedHttpClient.wrap(client, routes);
        // end
        assertThat(http).isNotNull();
    }

    @Test
    void javadocOfRule() {
        // snippet
        Routes routes = Routes.of(
                Rule.to(orders).path("/orders/**").stripPrefix(),
                Rule.to(Split.of(95, carts).and(5, cartsCanary))
                        .host("shop.example")
                        .path("/carts/{id}"),
                Rule.refuse().host("*.example"));
        // end
        assertThat(routes).asString().contains("path /orders/** -> orders");
    }

    @Test
    void javadocOfRoutes() {
        // snippet
        Routes routes =
                Routes.of(Rule.to(orders).path("/orders/**"), Rule.to(carts).path("/carts/**"), Rule.refuse());
        HttpClient http = BalancedHttpClient.wrap(client, routes);
        // end
        assertThat(http).isNotNull();
    }

    @Test
    void views() {
        // snippet
        LoadBalancer blue = orders.subset(Map.of("color", "blue"));
        LoadBalancer green = orders.subset(Map.of("color", "green"));
        Routes routes = Routes.of(Rule.to(Split.of(90, blue).and(10, green)).host("orders"));
        // end
        assertThat(routes).asString().contains("90");
        assertThat(blue.acquire().instance().host()).isEqualTo("10.0.0.1");
    }

    @Test
    void view() {
        // snippet
        LoadBalancer green = orders.subset(Map.of("color", "green"));
        // end
        assertThat(green.acquire().instance().host()).isEqualTo("10.0.0.2");
    }

    @Test
    void split() {
        // snippet
        Split split = Split.of(95, orders).and(5, ordersCanary);
        // end
        assertThat(split).asString().contains("orders-canary");
    }

    @Test
    void mirror() {
        // snippet
        Rule rule = Rule.to(orders)
                .path("/orders/**")
                .mirror(Mirror.to(ordersNext).share(0.1).maxInFlight(20));
        // end
        assertThat(rule).asString().contains("orders");
    }

    @Test
    void changes() {
        // snippet
        AtomicReference<Router> rules =
                new AtomicReference<>(Routes.of(Rule.to(orders).path("/orders/**")));
        Router router = Router.current(rules::get);
        rules.set(Routes.of(Rule.to(orders).path("/v2/orders/**")));
        // end
        assertThat(router).asString().contains("/v2/orders/**");
    }
}
