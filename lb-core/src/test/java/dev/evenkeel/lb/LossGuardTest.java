package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LossGuardTest {

    private static final Duration HOLD = Duration.ofMinutes(1);
    private static final ServiceInstance FOUR = ServiceInstance.of("10.0.0.4:80");
    private static final ServiceInstance FIVE = ServiceInstance.of("10.0.0.5:80");

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final LoadBalancer orders =
            TestBalancers.builder(clock).source(source).lossGuard(0.5, HOLD).build();

    @AfterEach
    void close() {
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private void expect(ServiceInstance... instances) {
        assertThat(orders.snapshot().instances())
                .extracting(InstanceSnapshot::instance)
                .containsExactlyInAnyOrder(instances);
    }

    @Test
    void believesAListThatLacksNoMoreThanTheShare() {
        source.deliver(ONE, TWO, THREE, FOUR);
        source.deliver(ONE, TWO);
        expect(ONE, TWO);
        source.deliver(TWO);
        expect(TWO);
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
    }

    @Test
    void keepsThoseThatAreMissingAndTakesThoseThatAreNew() {
        source.deliver(ONE, TWO, THREE);
        source.deliver(THREE.toBuilder().weight(7).build(), FOUR);
        expect(ONE, TWO, THREE.toBuilder().weight(7).build(), FOUR);
        assertThat(orders.snapshot().instances()).allMatch(InstanceSnapshot::isEligible);
        assertThat(orders.snapshot().sourceFailure())
                .contains("the list lacks 2 of 3 instances, they stay until it has been so for PT1M");
    }

    @Test
    void doesNotTakeTheNewOnesForASignThatLittleIsMissing() {
        source.deliver(ONE, TWO, THREE);
        source.deliver(FOUR, FIVE);
        source.deliver(FOUR, FIVE);
        expect(ONE, TWO, THREE, FOUR, FIVE);
    }

    @Test
    void believesAListWhenItsTimeIsUpThoughNoOtherHasCome() {
        source.deliver(ONE, TWO, THREE);
        clock.advance(Duration.ofSeconds(10));
        source.deliver(THREE);
        clock.advance(HOLD.minusNanos(1));
        expect(ONE, TWO, THREE);
        assertThat(orders.snapshot().listAge()).contains(Duration.ofSeconds(70).minusNanos(1));
        clock.advance(Duration.ofNanos(1));
        expect(THREE);
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
        assertThat(orders.snapshot().listAge()).contains(HOLD);
    }

    @Test
    void believesTheLastOfSeveralLists() {
        source.deliver(ONE, TWO, THREE);
        source.deliver(FOUR);
        clock.advance(HOLD.dividedBy(2));
        source.deliver(FIVE);
        expect(ONE, TWO, THREE, FIVE);
        clock.advance(HOLD.dividedBy(2));
        expect(FIVE);
    }

    @Test
    void forgetsItsDoubtsWhenTheOthersAreBack() {
        source.deliver(ONE, TWO, THREE);
        source.deliver(THREE);
        source.deliver(TWO, THREE);
        expect(TWO, THREE);
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
        clock.advance(HOLD);
        expect(TWO, THREE);
    }

    @Test
    void letsThoseGoThatSayThatTheyLeave() {
        source.deliver(ONE, TWO, THREE);
        source.sink().left(ONE.id());
        source.sink().left(TWO.id());
        source.deliver(THREE);
        expect(THREE);
        assertThat(orders.snapshot().sourceFailure()).isEmpty();

        source.deliver(ONE, TWO, THREE);
        source.deliver(THREE);
        source.sink().left(ONE.id());
        expect(TWO, THREE);
        source.deliver(THREE);
        expect(THREE);
    }

    /** A source that sends a third of its list and then only errors is not to be believed. */
    @Test
    void isNotConvincedByASourceThatFails() {
        source.deliver(ONE, TWO, THREE);
        source.deliver(THREE);
        source.sink().failed(new IOException("gone"));
        clock.advance(HOLD.multipliedBy(10));
        expect(ONE, TWO, THREE);
        assertThat(orders.snapshot().sourceFailure()).contains("IOException: gone");
        source.deliver(THREE);
        expect(THREE);
    }

    @Test
    void holdsBackAnEmptyListThatIsAccepted() {
        ScriptedSource other = new ScriptedSource();
        LoadBalancer credulous = TestBalancers.builder(clock)
                .source(other)
                .acceptEmptyLists(true)
                .lossGuard(0.9, HOLD)
                .build();
        other.deliver(ONE, TWO);
        other.deliver();
        assertThat(credulous.snapshot().instances()).hasSize(2);
        clock.advance(HOLD);
        assertThat(credulous.snapshot().instances()).isEmpty();
    }

    @Test
    void isOffByDefault() {
        ScriptedSource other = new ScriptedSource();
        LoadBalancer trusting = TestBalancers.builder(clock).source(other).build();
        other.deliver(ONE, TWO, THREE);
        other.deliver(FOUR);
        assertThat(trusting.snapshot().instances())
                .extracting(InstanceSnapshot::instance)
                .isEqualTo(List.of(FOUR));
    }

    @Test
    void refusesNonsense() {
        for (double share : new double[] {0, 1, -1, Double.NaN}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TestBalancers.builder(clock).lossGuard(share, HOLD))
                    .withMessage("share: " + share + " (expected: above 0 and below 1)");
        }
        for (Duration hold : List.of(Duration.ZERO, Duration.ofDays(2), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> TestBalancers.builder(clock).lossGuard(0.5, hold))
                    .withMessage("hold: " + hold + " (expected: PT0.001S..PT24H)");
        }
    }
}
