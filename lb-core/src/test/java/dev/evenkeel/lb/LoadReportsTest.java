package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.strategy.Candidate;
import dev.evenkeel.lb.strategy.Candidates;
import dev.evenkeel.lb.strategy.ReceivedReport;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What servers say of their load, from the lease to the strategy. */
class LoadReportsTest {

    private static final LoadReport BUSY =
            LoadReport.builder().rps(100).applicationUtilization(0.75).build();
    private static final LoadReport IDLE =
            LoadReport.builder().rps(100).applicationUtilization(0.25).build();

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();

    @Test
    void aStrategySeesTheNewestReportAndWhenItCameIn() {
        AtomicReference<Candidates> seen = new AtomicReference<>();
        try (LoadBalancer orders = TestBalancers.builder(clock)
                .source(source)
                .strategy(candidates -> {
                    seen.set(candidates);
                    return request -> candidates.get(0);
                })
                .build()) {
            source.deliver(ONE, TWO);
            Candidate candidate = seen.get().get(0);
            assertThat(candidate.lastReport()).isEmpty();

            Lease lease = orders.acquire();
            lease.report(BUSY);
            clock.advance(Duration.ofSeconds(1));
            lease.report(IDLE);
            long reported = clock.nanos();
            clock.advance(Duration.ofSeconds(1));
            ReceivedReport received = candidate.lastReport().orElseThrow();
            assertThat(received.report()).isSameAs(IDLE);
            assertThat(received.nanos()).isEqualTo(reported);
            assertThat(received).hasToString(IDLE.toString());
            assertThat(candidate.lastReport()).isSameAs(candidate.lastReport());
            assertThat(seen.get().get(1).lastReport()).isEmpty();

            lease.succeeded();
            lease.report(BUSY); // trailers come after the end
            assertThat(candidate.lastReport().orElseThrow().report()).isSameAs(BUSY);
            assertThatNullPointerException()
                    .isThrownBy(() -> lease.report(null))
                    .withMessage("report");
        }
    }

    @Test
    void callsFollowWhatServersReport() {
        try (LoadBalancer orders = TestBalancers.builder(clock)
                .source(source)
                .strategy(Strategies.weightedByReport())
                .build()) {
            source.deliver(ONE, TWO);
            Map<ServiceInstance, Integer> calls = new HashMap<>();
            for (int second = 0; second < 12; second++) {
                calls = call(orders, 100);
                if (second < 10) {
                    assertThat(calls).containsEntry(ONE, 50).containsEntry(TWO, 50);
                }
                clock.advance(Duration.ofSeconds(1));
            }
            assertThat((double) calls.get(TWO)).isCloseTo(75, within(2.0));

            source.deliver(ONE, TWO, THREE);
            calls = call(orders, 600); // the mean for the new one
            assertThat((double) calls.get(ONE)).isCloseTo(100, within(4.0));
            assertThat((double) calls.get(TWO)).isCloseTo(300, within(4.0));
            assertThat((double) calls.get(THREE)).isCloseTo(200, within(4.0));

            clock.advance(Duration.ofMinutes(3));
            assertThat(call(orders, 300)).containsEntry(ONE, 100).containsEntry(TWO, 100);
            assertThat(orders.snapshot().strategyFaults()).isZero();
        }
    }

    private static Map<ServiceInstance, Integer> call(LoadBalancer orders, int times) {
        Map<ServiceInstance, Integer> calls = new HashMap<>();
        for (int i = 0; i < times; i++) {
            try (Lease lease = orders.acquire()) {
                lease.report(lease.instance().equals(TWO) ? IDLE : BUSY);
                lease.succeeded();
                calls.merge(lease.instance(), 1, Integer::sum);
            }
        }
        return calls;
    }
}
