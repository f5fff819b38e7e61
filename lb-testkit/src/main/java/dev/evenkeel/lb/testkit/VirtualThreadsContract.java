package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.strategy.Strategies;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every HTTP client that balances must do on virtual threads: hold none of the few threads that carry them while a call
 * waits. Skipped where there are none, before Java 21. An adapter's test class extends this as it does
 * {@link BalancedClientContract}.
 */
public abstract class VirtualThreadsContract extends ContractFixture {

    private static final int CALLS = 500;

    /** For adapters to call. */
    protected VirtualThreadsContract() {}

    /** No call is answered before all have arrived: if one held its carrier, the others would never be made. */
    @Test
    final void makesManyCallsAtOnce() throws Exception {
        ScriptedServer one = server();
        ScriptedServer two = server();
        CountDownLatch all = new CountDownLatch(CALLS);
        for (ScriptedServer server : List.of(one, two)) {
            server.reply(request -> {
                all.countDown();
                return ScriptedReply.ok("ok").withHeadAfter(all);
            });
        }
        LoadBalancer orders = orders(builder -> builder.strategy(Strategies.roundRobin()), one, two);
        ContractClient client = client(orders);
        ExecutorService threads = virtualThreads();
        try {
            List<Future<Integer>> answers = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                answers.add(threads.submit(
                        () -> client.send(ContractCall.get("http://orders/x")).status()));
            }
            for (Future<Integer> answer : answers) {
                assertThat(answer.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                        .isEqualTo(200);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(outcomes(orders, one, Kind.SUCCESS)).isEqualTo(CALLS / 2);
        assertThat(outcomes(orders, two, Kind.SUCCESS)).isEqualTo(CALLS / 2);
    }

    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        Method factory = null;
        try {
            factory = Class.forName("java.util.concurrent.Executors").getMethod("newVirtualThreadPerTaskExecutor");
        } catch (NoSuchMethodException before21) {
            Assumptions.abort("no virtual threads in Java " + Runtime.version().feature());
        }
        return (ExecutorService) factory.invoke(null);
    }
}
