package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** All that a node counts, held against a list of its calls. */
class NodeProperties {

    private static final ServiceInstance INSTANCE = ServiceInstance.of("10.0.0.1:80");

    @Property(tries = 500)
    void countsAsAListOfItsCallsWould(
            @ForAll @IntRange(min = 1, max = 8) int limit,
            @ForAll @IntRange(min = 1, max = 1_000) int steps,
            @ForAll long start,
            @ForAll long seed) {
        History history = new History(limit, start, new Random(seed));
        for (int i = 0; i < steps; i++) {
            history.step();
            history.check();
        }
        history.finish();
    }

    /** A call that is not answered shows, however many others are, but for the length of one of those and a gap. */
    @Property(tries = 200)
    void knowsOfACallThatHangsAmongOthers(
            @ForAll @IntRange(min = 1, max = 100) int length,
            @ForAll @IntRange(min = 1, max = 100) int gap,
            @ForAll @IntRange(min = 0, max = 1_000) int before,
            @ForAll long start) {
        long[] clock = {start};
        Node node = node(clock, Integer.MAX_VALUE, new int[1]);
        Deque<TrackedLease> others = new ArrayDeque<>();
        long hangsSince = -1;
        for (int t = 0; t < before + 2_000; t++, clock[0]++) {
            if (t % gap == 0) {
                others.add(node.begin(clock[0], false));
            }
            if (!others.isEmpty() && others.getFirst().begun() + length == clock[0]) {
                others.removeFirst().succeeded();
            }
            if (t == before) {
                node.begin(clock[0], false);
                hangsSince = clock[0];
            }
            if (t > before) {
                long waiting = clock[0] - hangsSince;
                assertThat(node.waitingNanos(clock[0])).isBetween(waiting - length - gap, Math.max(waiting, length));
            }
        }
    }

    @Property(tries = 100)
    void neverSaysThatACallHasBeenWaitingForLessThanNoTime(@ForAll long start, @ForAll long now) {
        long[] clock = {start};
        Node node = node(clock, 3, new int[1]);
        for (int i = 0; i < 3; i++) {
            node.begin(clock[0], false);
            assertThat(node.waitingNanos(now)).isNotNegative();
        }
    }

    @Example
    void isNotConfusedByTheMostCallsThatItCounts() {
        long[] clock = {0};
        Node node = node(clock, Integer.MAX_VALUE, new int[1]);
        List<TrackedLease> calls = new ArrayList<>();
        for (TrackedLease call = node.begin(0, false); call != null; call = node.begin(0, false)) {
            calls.add(call);
        }
        assertThat(calls).hasSize(CallWord.MAX_IN_FLIGHT);
        assertThat(node.inFlight()).isEqualTo(CallWord.MAX_IN_FLIGHT);
        clock[0] = 5;
        assertThat(node.waitingNanos(5)).isEqualTo(5);
        calls.forEach(TrackedLease::answered);
        assertThat(node.waitingNanos(5)).isZero();
        assertThat(node.drain()).isFalse();
        calls.forEach(Lease::succeeded);
        assertThat(node.inFlight()).isZero();
        assertThat(node.outcomes(Outcome.Kind.SUCCESS)).isEqualTo(CallWord.MAX_IN_FLIGHT);
        assertThat(node.drain()).isTrue();
    }

    /** Of 64 successes the last one is in the word first. */
    @Example
    void doesNotCountBackwardsWhileTheWordRunsFull() {
        long word = 0;
        long counted = 0;
        for (int successes = 0; successes < 1_000; successes++) {
            assertThat(CallWord.successes(word, counted)).isEqualTo(successes);
            boolean completes = CallWord.completesSuccesses(word);
            word += CallWord.SUCCESS;
            assertThat(CallWord.successes(word, counted)).isEqualTo(successes + 1);
            counted += completes ? 1 : 0;
        }
        assertThat(CallWord.inFlight(word)).isZero();
    }

    /** One that joined is not taken for one that was not called for ages, nor for one that was just called. */
    @Example
    void countsFromTheTimeThatItJoinedUntilTheFirstPick() {
        long[] clock = {-1_000};
        Node node = node(clock, 1, new int[1]);
        assertThat(node.lastPickNanos()).isEqualTo(-1_000);
        node.begin(-500, false);
        assertThat(node.begin(-400, false)).isNull();
        assertThat(node.lastPickNanos()).as("not moved by the refused one").isEqualTo(-500);
    }

    private static Node node(long[] clock, int limit, int[] drained) {
        Node.Events events = new Node.Events() {
            @Override
            public void drained(Node node) {
                drained[0]++;
            }

            @Override
            public void freed() {}
        };
        return new Node(INSTANCE, () -> clock[0], InFlightLimit.fixed(limit), true, events);
    }

    private static final class History {

        private final long[] clock;
        private final int[] drained = new int[1];
        private final int limit;
        private final Random random;
        private final Node node;
        private final LongAdder total = new LongAdder();
        private final List<Call> calls = new ArrayList<>();
        private final Map<Outcome.Kind, Long> outcomes = new EnumMap<>(Outcome.Kind.class);
        private long unreported;
        private int expectedDrained;
        private boolean draining;
        private boolean counted;

        History(int limit, long start, Random random) {
            this.clock = new long[] {start};
            this.limit = limit;
            this.random = random;
            this.node = node(clock, limit, drained);
        }

        void step() {
            clock[0] += random.nextInt(4);
            switch (random.nextInt(20)) {
                case 0 -> {
                    assertThat(node.drain()).isEqualTo(calls.isEmpty());
                    draining = true;
                }
                case 1 -> {
                    node.undrain();
                    draining = false;
                }
                case 2 -> {
                    node.countIn(total);
                    counted = true;
                }
                case 3 -> {
                    node.countAlone();
                    counted = false;
                }
                case 4, 5, 6 -> answer();
                case 7, 8, 9, 10, 11, 12 -> end();
                default -> begin();
            }
        }

        private void begin() {
            TrackedLease lease = node.begin(clock[0], false);
            assertThat(lease == null).isEqualTo(draining || calls.size() == limit);
            if (lease != null) {
                calls.add(new Call(lease, clock[0]));
            }
        }

        private void answer() {
            if (!calls.isEmpty()) {
                Call call = calls.get(random.nextInt(calls.size()));
                call.lease.answered();
                call.answered = true;
            }
        }

        private void end() {
            if (calls.isEmpty()) {
                return;
            }
            TrackedLease lease = calls.remove(random.nextInt(calls.size())).lease;
            Outcome outcome = switch (random.nextInt(8)) {
                case 0 -> Outcome.failed();
                case 1 -> Outcome.neverReached();
                case 2 -> Outcome.cancelled();
                default -> Outcome.success();
            };
            if (random.nextInt(10) == 0) {
                lease.close();
                unreported++;
            } else {
                lease.end(outcome);
                outcomes.merge(outcome.kind(), 1L, Long::sum);
            }
            if (draining && calls.isEmpty()) {
                expectedDrained++;
            }
            lease.answered(); // too late, all of them
            lease.succeeded();
            lease.close();
        }

        void check() {
            assertThat(node.inFlight()).isEqualTo(calls.size());
            assertThat(node.unreported()).isEqualTo(unreported);
            for (Outcome.Kind kind : Outcome.Kind.values()) {
                assertThat(node.outcomes(kind)).isEqualTo(outcomes.getOrDefault(kind, 0L));
            }
            assertThat(total.sum()).isEqualTo(counted ? calls.size() : 0);
            assertThat(drained[0]).isEqualTo(expectedDrained);
            assertThat(node.isFree()).isEqualTo(!draining && calls.size() < limit);
            checkWaiting();
        }

        private void checkWaiting() {
            long longest = -1;
            for (Call call : calls) {
                longest = call.answered ? longest : Math.max(longest, clock[0] - call.begun);
            }
            assertThat(node.waitingNanos(clock[0])).isBetween(0L, Math.max(0, longest));
            long later = clock[0] + 1_000_000;
            assertThat(node.waitingNanos(later) > 0).as("one is waiting").isEqualTo(longest >= 0);
        }

        void finish() {
            while (!calls.isEmpty()) {
                end();
            }
            check();
        }
    }

    private static final class Call {
        final TrackedLease lease;
        final long begun;
        boolean answered;

        Call(TrackedLease lease, long begun) {
            this.lease = lease;
            this.begun = begun;
        }
    }
}
