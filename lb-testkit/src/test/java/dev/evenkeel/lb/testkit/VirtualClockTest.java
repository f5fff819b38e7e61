package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.time.Cancellable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class VirtualClockTest {

    private final VirtualClock clock = new VirtualClock();
    private final List<String> ran = new ArrayList<>();

    private Runnable writing(String name) {
        return () -> ran.add(name + " at " + clock.elapsed().toMillis());
    }

    @Test
    void standsStillUntilItIsMoved() {
        long before = clock.nanos();
        assertThat(clock.nanos()).isEqualTo(before);
        clock.advance(Duration.ofMillis(3));
        assertThat(clock.nanos() - before).isEqualTo(3_000_000);
    }

    @Test
    void runsTasksInTheOrderOfTheirTimesEachAtItsTime() {
        clock.schedule(writing("late"), Duration.ofMillis(20));
        clock.schedule(writing("early"), Duration.ofMillis(10));
        clock.schedule(writing("early too"), Duration.ofMillis(10));
        clock.schedule(writing("too late"), Duration.ofMillis(21));
        clock.advance(Duration.ofMillis(20));
        assertThat(ran).containsExactly("early at 10", "early too at 10", "late at 20");
        assertThat(clock.pendingTasks()).isEqualTo(1);
    }

    @Test
    void runsWhatATaskSchedulesIfItsTimeHasCome() {
        clock.schedule(
                () -> {
                    writing("first").run();
                    clock.schedule(writing("second"), Duration.ofMillis(5));
                },
                Duration.ofMillis(5));
        clock.advance(Duration.ofMillis(9));
        assertThat(ran).containsExactly("first at 5");
        clock.advance(Duration.ofMillis(1));
        assertThat(ran).containsExactly("first at 5", "second at 10");
    }

    @Test
    void runsLateWhatBecomesDueWhileItStandsStill() {
        clock.schedule(writing("late"), Duration.ofMillis(20));
        clock.schedule(writing("later"), Duration.ofMillis(10));
        clock.schedule(writing("on time"), Duration.ofMillis(110));
        clock.standStill(Duration.ofMillis(100));
        assertThat(ran).containsExactly("later at 100", "late at 100");
        clock.advance(Duration.ofMillis(10));
        assertThat(ran).endsWith("on time at 110");
    }

    @Test
    void runsNothingThatWasCancelled() {
        Cancellable task = clock.schedule(writing("never"), Duration.ofMillis(1));
        task.cancel();
        task.cancel();
        clock.advance(Duration.ofDays(1));
        assertThat(ran).isEmpty();
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void takesANegativeDelayForNone() {
        clock.schedule(writing("now"), Duration.ofMillis(-1));
        assertThat(ran).isEmpty();
        clock.runDue();
        assertThat(ran).containsExactly("now at 0");
    }

    @Property
    void keepsTheOrderAcrossAnOverflowOfItsReadings(
            @ForAll @Size(min = 1, max = 50) List<@IntRange(max = 1000) Integer> delays) {
        VirtualClock nearTheEnd =
                new VirtualClock(Long.MAX_VALUE - Duration.ofMillis(500).toNanos());
        List<Integer> order = new ArrayList<>();
        delays.forEach(delay -> nearTheEnd.schedule(() -> order.add(delay), Duration.ofMillis(delay)));
        nearTheEnd.advance(Duration.ofSeconds(1));
        assertThat(order).containsExactlyElementsOf(delays.stream().sorted().toList());
    }
}
