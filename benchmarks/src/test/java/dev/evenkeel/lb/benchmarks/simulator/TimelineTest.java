package dev.evenkeel.lb.benchmarks.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.time.Cancellable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TimelineTest {

    private record Event(long time, int number) {}

    private final Timeline timeline = new Timeline();

    @Test
    void letsThingsHappenInTheOrderOfTheirTimesThenOfTheirEntry() {
        Draws draws = Draws.of(1, 1);
        List<Event> entered = new ArrayList<>();
        List<Event> happened = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Event event = new Event(draws.nextInt(1_000), i);
            entered.add(event);
            timeline.after(event.time(), () -> {
                assertThat(timeline.nanos()).isEqualTo(event.time());
                happened.add(event);
            });
        }

        timeline.runUntil(1_000);

        entered.sort(Comparator.comparingLong(Event::time).thenComparingInt(Event::number));
        assertThat(happened).isEqualTo(entered);
    }

    @Test
    void stopsInTimeAndGoesOn() {
        List<Long> happened = new ArrayList<>();
        timeline.after(10, () -> timeline.after(10, () -> happened.add(timeline.nanos())));

        timeline.runUntil(19);
        assertThat(happened).isEmpty();
        assertThat(timeline.nanos()).isEqualTo(19);

        timeline.runUntil(20);
        assertThat(happened).containsExactly(20L);
    }

    @Test
    void doesNotRunWhatWasCalledOff() {
        List<String> run = new ArrayList<>();
        Cancellable cancelled = timeline.schedule(() -> run.add("cancelled"), Duration.ofNanos(1));
        timeline.schedule(() -> run.add("kept"), Duration.ofNanos(2));

        cancelled.cancel();
        timeline.runUntil(3);

        assertThat(run).containsExactly("kept");
    }
}
