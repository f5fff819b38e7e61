package dev.evenkeel.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.CapturedLog;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class InMemoryRegistryTest {

    private static final Duration TTL = Duration.ofSeconds(10);
    private static final ServiceInstance ONE = ServiceInstance.of("10.0.0.1:80");
    private static final ServiceInstance TWO = ServiceInstance.of("10.0.0.2:80");

    private final VirtualClock clock = new VirtualClock();
    private final InMemoryRegistry registry = new InMemoryRegistry(clock);
    private final RecordingSink sink = new RecordingSink(clock);

    @Test
    void deliversTheCurrentListAtOnce() {
        registry.register("orders", ONE);
        registry.subscribe(sink);
        assertThat(sink.heard).containsExactly("[10.0.0.1:80]");
    }

    @Test
    void deliversEveryChange() {
        registry.subscribe(sink);
        registry.register("orders", ONE);
        registry.register("orders", TWO);
        registry.deregister("orders", ONE.id());
        assertThat(sink.heard)
                .containsExactly(
                        "[]", "[10.0.0.1:80]", "[10.0.0.1:80, 10.0.0.2:80]", "left 10.0.0.1:80", "[10.0.0.2:80]");
    }

    @Test
    void keepsServicesApart() {
        registry.subscribe(sink);
        registry.register("billing", ONE);
        assertThat(sink.heard).containsExactly("[]");
        assertThat(registry.instances("billing")).containsExactly(ONE);
        assertThat(registry.instances("Billing")).containsExactly(ONE);
    }

    @Test
    void takesOutWhatGivesNoSignOfLife() {
        registry.subscribe(sink);
        Registration one = registry.register("orders", ONE, TTL);
        registry.register("orders", TWO);
        clock.advance(Duration.ofSeconds(9));
        one.heartbeat();
        clock.advance(Duration.ofSeconds(9));
        assertThat(registry.instances("orders")).containsExactly(ONE, TWO);

        sink.heard.clear();
        clock.advance(Duration.ofSeconds(1));
        assertThat(sink.heard).containsExactly("[10.0.0.2:80]");
        assertThat(registry.instances("orders")).containsExactly(TWO);
    }

    @Test
    void aPauseOfThisProcessEndsNoLife() {
        registry.subscribe(sink);
        registry.register("orders", ONE, TTL);
        Registration two = registry.register("orders", TWO, TTL);
        clock.advance(Duration.ofSeconds(9));
        sink.heard.clear();
        clock.standStill(Duration.ofSeconds(3)); // over the end of both
        assertThat(sink.heard).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        two.heartbeat();
        clock.advance(Duration.ofSeconds(1)); // as long again as the time that was missed
        assertThat(sink.heard).containsExactly("[10.0.0.2:80]");
        clock.advance(TTL);
        assertThat(sink.heard).containsExactly("[10.0.0.2:80]", "[]");
    }

    @Test
    void itDoesNotMatterWhetherASignOfLifeOrTheTimerIsFirstAfterAPause() {
        registry.subscribe(sink);
        Registration one = registry.register("orders", ONE, TTL);
        registry.register("orders", TWO, TTL);
        clock.schedule(one::heartbeat, TTL.minusMillis(1));
        sink.heard.clear();
        clock.standStill(TTL.plusSeconds(2));
        assertThat(sink.heard).isEmpty();
        clock.advance(Duration.ofSeconds(2));
        assertThat(sink.heard).containsExactly("[10.0.0.1:80]");
    }

    @Test
    void aPauseOfAnHourGivesNoMoreThanOneTimeToLive() {
        registry.subscribe(sink);
        registry.register("orders", ONE, TTL);
        sink.heard.clear();
        clock.standStill(Duration.ofHours(1));
        assertThat(sink.heard).isEmpty();
        clock.advance(TTL);
        assertThat(sink.heard).containsExactly("[]");
    }

    @Test
    void aRegistrationDoesNotHideAPause() {
        registry.subscribe(sink);
        registry.register("orders", ONE, TTL);
        clock.schedule(() -> registry.register("orders", TWO, TTL), TTL.minusMillis(1));
        sink.heard.clear();
        clock.standStill(TTL.plusSeconds(2));
        assertThat(sink.heard).containsExactly("[10.0.0.1:80, 10.0.0.2:80]");
        clock.advance(Duration.ofSeconds(2));
        assertThat(sink.takeHeard()).endsWith("[10.0.0.2:80]");
    }

    /** When nobody has had a time to live for a while, and so there was no timer, nothing is late. */
    @Test
    void theTimeWithoutTimersIsNoPause() {
        registry.subscribe(sink);
        registry.register("orders", ONE, TTL).close();
        clock.advance(Duration.ofHours(1));
        try (CapturedLog log = CapturedLog.start()) {
            assertThat(registry.instances("orders")).isEmpty();
            assertThat(log.lines()).isEmpty();
        }
    }

    @Test
    void takesOutWhatGivesNoSignOfLifeThoughThereIsNoThread() {
        RecordingSink told = new RecordingSink(clock, task -> {
            throw new RejectedExecutionException("no thread");
        });
        registry.subscribe(told);
        registry.register("orders", ONE, TTL);
        registry.register("orders", TWO, TTL.multipliedBy(2));
        told.heard.clear();
        clock.advance(TTL);
        assertThat(told.takeHeard()).containsExactly("[10.0.0.2:80]");
        clock.advance(TTL);
        assertThat(told.takeHeard()).containsExactly("[]");
    }

    @Test
    void noticesAnEndOfLifeWithoutSubscribers() {
        registry.register("orders", ONE, TTL);
        clock.advance(TTL);
        assertThat(registry.instances("orders")).isEmpty();
        registry.subscribe(sink);
        assertThat(sink.heard).containsExactly("[]");
    }

    @Test
    void bringsBackWhatGivesASignOfLifeAgain() {
        registry.subscribe(sink);
        Registration one = registry.register("orders", ONE, TTL);
        clock.advance(TTL);
        sink.heard.clear();
        one.heartbeat();
        assertThat(sink.heard).containsExactly("[10.0.0.1:80]");
        clock.advance(TTL);
        assertThat(sink.heard).containsExactly("[10.0.0.1:80]", "[]");
    }

    @Test
    void ignoresASignOfLifeAfterTheEnd() {
        Registration one = registry.register("orders", ONE, TTL);
        one.close();
        one.heartbeat();
        assertThat(registry.instances("orders")).isEmpty();
    }

    /** To leave is more than to be missing: who has expired may still be in use, for a time of grace. */
    @Test
    void saysThatOneLeavesThoughItIsNotListedAnyMore() {
        registry.subscribe(sink);
        Registration one = registry.register("orders", ONE, TTL);
        Registration two = registry.register("orders", TWO, TTL);
        clock.advance(TTL);
        sink.heard.clear();
        one.close();
        one.close();
        assertThat(sink.takeHeard()).containsExactly("left 10.0.0.1:80");
        registry.deregister("orders", ONE.id());
        assertThat(sink.heard).isEmpty();
        registry.deregister("orders", TWO.id());
        assertThat(sink.takeHeard()).containsExactly("left 10.0.0.2:80");
        two.heartbeat();
        assertThat(sink.heard).isEmpty();
    }

    /** Somebody else has had the id since, and has left: the first one has no say any more. */
    @Test
    void doesNotBringBackWhatAnotherRegistrationHasEnded() {
        Registration first = registry.register("orders", ONE, TTL);
        clock.advance(TTL);
        registry.register("orders", ONE).close();
        first.heartbeat();
        assertThat(registry.instances("orders")).isEmpty();
    }

    @Test
    void doesNotBringBackWhatHasBeenDeregistered() {
        Registration first = registry.register("orders", ONE, TTL);
        clock.advance(TTL);
        assertThat(registry.instances("orders")).isEmpty();
        registry.deregister("orders", ONE.id());
        first.heartbeat();
        assertThat(registry.instances("orders")).isEmpty();
    }

    @Test
    void replacesARegistrationOfTheSameId() {
        ServiceInstance heavier = ONE.toBuilder().weight(3).build();
        Registration first = registry.register("orders", ONE, TTL);
        Registration second = registry.register("orders", heavier);
        assertThat(second.instance()).isEqualTo(heavier);
        first.heartbeat();
        first.close();
        clock.advance(TTL);
        assertThat(registry.instances("orders")).containsExactly(heavier);
    }

    @Test
    void stopsDeliveringWhenTheSubscriptionEnds() {
        registry.register("orders", ONE, TTL);
        Subscription subscription = registry.subscribe(sink);
        subscription.close();
        sink.heard.clear();
        registry.register("orders", TWO);
        assertThat(sink.heard).isEmpty();
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void tellsTheOthersWhenOneSubscriberThrows() {
        registry.subscribe(new RecordingSink(clock) {
            @Override
            public void update(List<ServiceInstance> instances) {
                if (!instances.isEmpty()) {
                    throw new IllegalStateException("expected");
                }
            }
        });
        registry.subscribe(sink);
        registry.register("orders", ONE);
        assertThat(sink.heard).containsExactly("[]", "[10.0.0.1:80]");
    }

    @Test
    void refusesATimeToLiveOfNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.register("orders", ONE, Duration.ZERO))
                .withMessage("timeToLive: PT0S (expected: more than 0, at most PT8760H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.register("orders", ONE, Duration.ofSeconds(Long.MAX_VALUE)))
                .withMessageEndingWith("(expected: more than 0, at most PT8760H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.register("order_service", ONE))
                .withMessageContaining("for instance order-service");
    }
}
