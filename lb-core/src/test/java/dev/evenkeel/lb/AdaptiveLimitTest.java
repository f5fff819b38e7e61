package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AdaptiveLimitTest {

    private final VirtualClock clock = new VirtualClock();

    private LoadBalancer balancer(AdaptiveLimit limit) {
        return TestBalancers.builder(clock)
                .instances(List.of(ONE))
                .maxInFlightPerInstance(limit)
                .build();
    }

    private static int limit(LoadBalancer orders) {
        return orders.snapshot().instances().get(0).limit();
    }

    /** As many calls as there may be, for 10 ms. */
    private void round(LoadBalancer orders, Outcome outcome) {
        clock.advance(Duration.ofMillis(1)); // what is sent at the very moment of a fall counts as sent before
        List<Lease> leases = new ArrayList<>();
        int places = limit(orders);
        for (int i = 0; i < places; i++) {
            leases.add(orders.acquire());
        }
        assertThatExceptionOfType(PoolSaturatedException.class).isThrownBy(orders::acquire);
        clock.advance(Duration.ofMillis(10));
        leases.forEach(lease -> lease.end(outcome));
    }

    @Test
    void risesAboutOneForEachRoundInWhichItWasInUse() {
        LoadBalancer orders = balancer(AdaptiveLimit.defaults());
        assertThat(limit(orders)).isEqualTo(20);
        for (int i = 0; i < 10; i++) {
            round(orders, Outcome.success());
        }
        // only the ends down to nine tenths of it count as in use, so that a round adds a fraction
        assertThat(limit(orders)).isBetween(20, 30);
        int before = limit(orders);
        for (int i = 0; i < 1_000; i++) {
            orders.acquire().succeeded(); // one at a time: nothing shows that more would do
        }
        assertThat(limit(orders)).isEqualTo(before);
    }

    @Test
    void risesUnderSteadyLoad() {
        LoadBalancer orders = balancer(AdaptiveLimit.defaults());
        List<Lease> leases = new ArrayList<>();
        for (int call = 0; call < 2_000; call++) {
            while (leases.size() < limit(orders)) {
                leases.add(orders.acquire());
            }
            leases.remove(0).succeeded();
        }
        assertThat(limit(orders)).isBetween(60, 70); // each rise by one takes as many successes as the limit is high
    }

    @Test
    void fallsByATenthForAllThatWasSentBefore() {
        LoadBalancer orders = balancer(AdaptiveLimit.defaults());
        round(orders, Outcome.overloaded());
        assertThat(limit(orders)).isEqualTo(18);
        round(orders, Outcome.neverReached());
        assertThat(limit(orders)).isEqualTo(16);
    }

    @Test
    void anErrorThatComesInTimeIsNoOverload() {
        LoadBalancer orders = balancer(AdaptiveLimit.defaults());
        round(orders, Outcome.success());
        int before = limit(orders);
        round(orders, Outcome.failed());
        assertThat(limit(orders)).isEqualTo(before);
        Lease hanging = orders.acquire();
        clock.advance(Duration.ofSeconds(1));
        hanging.end(Outcome.failed());
        assertThat(limit(orders)).isEqualTo((int) (before * 0.9));
    }

    @Test
    void staysWithinItsBounds() {
        LoadBalancer orders = balancer(AdaptiveLimit.defaults().between(2, 4).initial(3));
        for (int i = 0; i < 20; i++) {
            round(orders, Outcome.success());
        }
        assertThat(limit(orders)).isEqualTo(4);
        for (int i = 0; i < 20; i++) {
            round(orders, Outcome.overloaded());
        }
        assertThat(limit(orders)).isEqualTo(2);
    }

    @Test
    void isRefusedWhenItMakesNoSense() {
        AdaptiveLimit limit = AdaptiveLimit.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit.initial(1_001))
                .withMessage("initial: 1001 (expected: 1..1000)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit.between(0, 1))
                .withMessage("lowest: 0 (expected: >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> limit.between(5, 4))
                .withMessage("highest: 4 (expected: 5..262143)");
    }
}
