package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class PauseWatchTest {

    private final VirtualClock clock = new VirtualClock();
    private final PauseWatch watch = new PauseWatch(clock, clock);
    private final Caller caller = new Caller();

    private static final class Caller implements PauseWatch.Caller {

        private boolean busy;
        private final List<Pause> pauses = new ArrayList<>();

        @Override
        public boolean hasCallsInFlight() {
            return busy;
        }

        @Override
        public void paused(Pause pause) {
            pauses.add(pause);
        }
    }

    PauseWatchTest() {
        watch.add(caller);
    }

    @Test
    void noticesNothingWhereTimersAreOnTime() {
        long begun = begin();
        clock.advance(Duration.ofSeconds(5));
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isFalse();
        assertThat(watch.slowed(begun, clock.nanos())).isFalse();
        assertThat(caller.pauses).isEmpty();
    }

    @Test
    void noticesThatTheProcessStoodStill() {
        long begun = begin();
        clock.advance(millis(30));
        clock.standStill(Duration.ofSeconds(2));
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isTrue();
        assertThat(caller.pauses)
                .singleElement()
                .satisfies(pause -> assertThat(pause.nanos())
                        .isBetween(millis(1_950).toNanos(), millis(2_000).toNanos()));
        assertThat(watch.longestNanos(begun, clock.nanos()))
                .isEqualTo(caller.pauses.get(0).nanos());
    }

    @Test
    void saysItBeforeTheTimerDoes() {
        long begun = begin();
        long later = begun + Duration.ofSeconds(2).toNanos(); // no timer has come since
        assertThat(watch.spoiled(begun, later, true)).isTrue();
        assertThat(watch.spoiled(later - 1, later, true)).isFalse();
        assertThat(watch.longestNanos(begun, later)).isPositive();
    }

    @Test
    void excusesNoCallThatBeginsAfterThePause() {
        begin();
        clock.standStill(Duration.ofSeconds(2));
        long begun = clock.nanos();
        clock.advance(millis(300));
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isFalse();
    }

    @Test
    void excusesACallForFourTimesAsLongAsThePause() {
        long begun = begin();
        clock.standStill(Duration.ofSeconds(2));
        clock.advance(Duration.ofSeconds(5));
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isTrue();
        clock.advance(Duration.ofSeconds(2));
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isFalse();
    }

    @Test
    void excusesOnlyTimeOutsWhereThePauseWasShort() {
        long begun = begin();
        clock.standStill(millis(500));
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isTrue();
        assertThat(watch.spoiled(begun, clock.nanos(), false)).isFalse();
        clock.standStill(millis(1_500));
        assertThat(watch.spoiled(begun, clock.nanos(), false)).isTrue();
    }

    @Test
    void isLateForAReasonOnlyWhenItIsLateByMuch() {
        long begun = begin();
        for (int i = 0; i < 100; i++) {
            clock.standStill(millis(70)); // 20 ms late
        }
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isFalse();
        assertThat(caller.pauses).isEmpty();
    }

    @Test
    void aShortPauseDoesNotHideALongOne() {
        long begun = begin();
        clock.standStill(Duration.ofSeconds(2));
        clock.standStill(millis(100));
        clock.advance(Duration.ofSeconds(3));
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isTrue();
    }

    /** Each of these is so much shorter than the one before that none is over. */
    @Test
    void remembersABoundedNumberOfPauses() {
        long begun = begin();
        for (double seconds = 1_000; seconds > 1; seconds *= 0.7) {
            clock.standStill(millis((long) (1_000 * seconds)));
        }
        assertThat(caller.pauses).hasSizeGreaterThan(PauseWatch.MAX_KNOWN);
        Pause oldestKnown = caller.pauses.get(caller.pauses.size() - PauseWatch.MAX_KNOWN);
        assertThat(watch.longestNanos(begun, clock.nanos())).isEqualTo(oldestKnown.nanos());
        assertThat(watch.spoiled(begun, clock.nanos(), true)).isTrue();
    }

    @Test
    void endsWhenThereAreNoCallsAndBeginsWithTheNext() {
        begin();
        caller.busy = true;
        clock.advance(Duration.ofHours(1));
        assertThat(clock.pendingTasks()).isEqualTo(1);
        caller.busy = false;
        clock.advance(Duration.ofSeconds(11));
        assertThat(clock.pendingTasks()).isZero();
        clock.standStill(Duration.ofSeconds(10));
        assertThat(caller.pauses).isEmpty();
        begin();
        assertThat(clock.pendingTasks()).isEqualTo(1);
        clock.standStill(Duration.ofSeconds(1));
        assertThat(caller.pauses).hasSize(1);
    }

    @Test
    void isOneTimerHoweverManyCallsThereAre() {
        for (int i = 0; i < 100; i++) {
            begin();
        }
        assertThat(clock.pendingTasks()).isEqualTo(1);
    }

    @Test
    void endsWithTheLastCaller() {
        Caller another = new Caller();
        watch.add(another);
        begin();
        watch.remove(caller);
        assertThat(clock.pendingTasks()).isEqualTo(1);
        watch.remove(another);
        assertThat(clock.pendingTasks()).isZero();
        begin(); // a call that was on its way
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void doesWithoutASchedulerThatTakesNothing() {
        for (Throwable thrown : List.of(
                new RejectedExecutionException("shut down"), new OutOfMemoryError("unable to create native thread"))) {
            PauseWatch without = new PauseWatch(clock, (task, delay) -> {
                throw PauseWatchTest.<RuntimeException>unchecked(thrown);
            });
            without.add(caller);
            without.needed();
            assertThat(without.spoiled(
                            clock.nanos(), clock.nanos() + millis(1_000).toNanos(), true))
                    .isFalse();
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // it is thrown as it is
    private static <T extends Throwable> T unchecked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void takesThePauseOffWhatACallHasBeenWaiting() {
        Pause pause = new Pause(1_000, 3_000);
        assertThat(pause.moved(900)).isEqualTo(2_900);
        assertThat(pause.moved(2_000)).isEqualTo(2_000);
        assertThat(new Pause(1_000, 1_100).moved(-5_000)).isEqualTo(-4_900);
    }

    private long begin() {
        watch.needed();
        return clock.nanos();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }
}
