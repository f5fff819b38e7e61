package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** What tests of calls that are made again have in common. */
abstract class RetryFixture extends ContractFixture {

    static final String URL = "http://orders/x";

    final VirtualClock clock = new VirtualClock();

    LoadBalancer inOrder(ScriptedServer... servers) {
        return inOrder(builder -> builder, servers);
    }

    LoadBalancer inOrder(UnaryOperator<LoadBalancerBuilder> settings, ScriptedServer... servers) {
        return orders(builder -> settings.apply(builder.strategy(IN_ORDER)), servers);
    }

    /** Pauses end when the test says so. */
    LoadBalancerBuilder timed(LoadBalancerBuilder builder) {
        return builder.ticker(clock).scheduler(clock);
    }

    static String text(ContractAnswer answer) throws IOException {
        return new String(answer.body().readAllBytes(), StandardCharsets.UTF_8);
    }
}
