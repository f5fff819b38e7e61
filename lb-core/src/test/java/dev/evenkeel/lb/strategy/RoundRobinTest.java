package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundRobinTest {

    private static final LoadBalancingStrategy STRATEGY = Strategies.roundRobin();

    @Test
    void goesOnWhereItWasWhenTheListChanges() {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        Selector first = STRATEGY.newSelector(candidates);
        Candidate last = first.select(PickRequest.EMPTY);
        Selector second = STRATEGY.newSelector(candidates.replacing(first));
        assertThat(second.select(PickRequest.EMPTY)).isNotEqualTo(last);
        assertThat(first.select(PickRequest.EMPTY)).isNotEqualTo(last);
    }

    @Test
    void startsAnywhere() {
        FakeCandidates candidates = FakeCandidates.ofSize(10);
        Set<Candidate> starts = new HashSet<>();
        for (int seed = 0; seed < 200; seed++) {
            starts.add(STRATEGY.newSelector(candidates.withRandom(new Random(seed)))
                    .select(PickRequest.EMPTY));
        }
        assertThat(starts).hasSize(10); // a given place is missed with a probability of 0.9^200 < 1e-9
    }

    /** The turns go on, whatever list they are of. */
    @Test
    void goesOnInAShorterAndInALongerList() {
        FakeCandidates five = FakeCandidates.ofSize(5);
        RoundRobin selector = new RoundRobin(five);
        selector.rotation.walk().set(5);
        RoundRobin shorter = new RoundRobin(FakeCandidates.ofSize(3).replacing(selector));
        assertThat(shorter.select(PickRequest.EMPTY)).hasToString("10.0.0.2:80");
        assertThat(selector.select(PickRequest.EMPTY)).hasToString("10.0.0.1:80");
        assertThat(shorter.select(PickRequest.EMPTY)).hasToString("10.0.0.1:80");
        assertThat(shorter.select(PickRequest.EMPTY)).hasToString("10.0.0.2:80");
    }

    /** One that folds a negative counter, or takes its remainder as it is, fails here. */
    @ParameterizedTest
    @ValueSource(longs = {Integer.MAX_VALUE, 0xFFFF_FFFFL, 1L << 53, (1L << 61) - 400})
    void goesOnWhereACounterOfFewerBitsWouldOverflow(long turn) {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        RoundRobin selector = new RoundRobin(candidates);
        selector.rotation.walk().set(turn - 1);
        assertThat(Counting.picks(candidates, selector, 3)).containsExactly(1, 1, 1);
        assertThat(Counting.picks(candidates, selector, 300)).containsExactly(100, 100, 100);
    }

    /** Nobody gets that far: at one pick a nanosecond it takes a lifetime. */
    @ParameterizedTest
    @ValueSource(longs = {(1L << 61) - 150, Long.MAX_VALUE - 150, -150})
    void staysInTheListAtTheEndOfAllTurns(long turn) {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        RoundRobin selector = new RoundRobin(candidates);
        selector.rotation.walk().set(turn);
        for (int count : Counting.picks(candidates, selector, 300)) {
            assertThat(count).isBetween(99, 101);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {4, 4.001}) // a pattern that is written down, and visits let pass
    void servesWeightsFarOut(double heaviest) {
        FakeCandidates candidates = FakeCandidates.ofWeights(1, 2, heaviest);
        RoundRobin selector = new RoundRobin(candidates);
        for (long turn : new long[] {0, 0xFFFF_FFF0L, 3 * 0xFFFF_FFF0L, 1L << 53}) {
            selector.rotation.walk().set(turn);
            int[] counts = Counting.picks(candidates, selector, 7000);
            assertThat(counts[0]).isBetween(995, 1005);
            assertThat(counts[1]).isBetween(1995, 2005);
            assertThat(counts[2]).isBetween(3995, 4005);
        }
    }

    /** However many threads, in whatever walks: even up to the number of walks. */
    @Test
    void isEvenUpToTheNumberOfWalksWhenThreadsContend() throws Exception {
        int threads = 4;
        int picks = 30_000;
        FakeCandidates candidates = FakeCandidates.ofSize(7);
        RoundRobin selector = new RoundRobin(candidates);
        AtomicIntegerArray counts = new AtomicIntegerArray(7);
        Map<Candidate, Integer> places = new HashMap<>();
        for (int i = 0; i < 7; i++) {
            places.put(candidates.get(i), i);
        }
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                done.add(pool.submit(() -> {
                    start.await();
                    for (int i = 0; i < picks; i++) {
                        counts.incrementAndGet(places.get(selector.select(PickRequest.EMPTY)));
                    }
                    return null;
                }));
            }
            for (Future<?> future : done) {
                future.get();
            }
        } finally {
            pool.shutdownNow();
        }
        int total = threads * picks;
        for (int i = 0; i < 7; i++) {
            assertThat((double) counts.get(i)).isCloseTo(total / 7.0, within((double) selector.rotation.walks()));
        }
    }

    @Test
    void hasOneWalkAsLongAsNobodyIsInTheWay() {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        RoundRobin selector = new RoundRobin(candidates);
        Counting.picks(candidates, selector, 1000);
        assertThat(selector.rotation.walks()).isEqualTo(1);
        for (int i = 0; i < 20; i++) {
            assertThat(selector.rotation.contended()).isNotNull();
        }
        assertThat(selector.rotation.walks()).isBetween(2, 64);
        assertThat(Counting.picks(candidates, selector, 3)).containsExactly(1, 1, 1);
    }

    /** Two threads that share a walk at first do not share it for good. */
    @Test
    void threadsThatStayInEachOthersWayChooseAgain() {
        Rotation rotation = new Rotation(new Random(5));
        Set<Rotation.Walk> mine = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            mine.add(rotation.contended());
        }
        assertThat(mine).hasSize(rotation.walks());
    }
}
