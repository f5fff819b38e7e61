package dev.evenkeel.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.LoadBalancer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouterTest {

    private final LoadBalancer orders =
            LoadBalancer.builder("orders").instances("10.0.0.1:80").build();
    private final LoadBalancer billing =
            LoadBalancer.builder("Billing").instances("10.0.0.2:80").build();

    @AfterEach
    void close() {
        orders.close();
        billing.close();
    }

    @Test
    void goesByHost() {
        Router router = Router.of(orders, billing);
        assertThat(router.route(to("orders"))).contains(orders);
        assertThat(router.route(to("billing"))).contains(billing);
        assertThat(router.route(to("example.com"))).isEmpty();
    }

    @Test
    void refusesNoneAndTwoOfOneService() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Router.of(List.of()))
                .withMessage("balancers: none (expected: at least one)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Router.of(orders, billing, orders))
                .withMessage("balancers: two for orders (expected: one for each service)");
    }

    private static RoutedRequest to(String host) {
        return new RoutedRequest() {
            @Override
            public String method() {
                return "GET";
            }

            @Override
            public String host() {
                return host;
            }

            @Override
            public String path() {
                return "/";
            }

            @Override
            public Optional<String> query() {
                return Optional.empty();
            }

            @Override
            public Optional<String> header(String name) {
                return Optional.empty();
            }
        };
    }
}
