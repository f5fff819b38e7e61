package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class StickyKeyTableProperties {

    private static final LoadBalancingStrategy STRATEGY = Strategies.stickyKeyTable(Strategies.random());

    @Property(tries = 30)
    void aKeyGoesToOneInstanceWhateverTheOrderOfTheList(
            @ForAll @Size(min = 1, max = 50) List<@IntRange(min = 1, max = 100) Integer> tenths, @ForAll long seed) {
        List<ServiceInstance> instances = instances(FakeCandidates.ofWeights(Weights.of(tenths)));
        List<ServiceInstance> shuffled = new ArrayList<>(instances);
        Collections.shuffle(shuffled, new Random(seed));
        assertThat(selected(FakeCandidates.of(shuffled), 200)).isEqualTo(selected(FakeCandidates.of(instances), 200));
    }

    /** Six standard deviations and one slot; the keys are fixed, so that the outcome is the same in every run. */
    @Example
    void sharesFollowTheWeights() {
        double[] weights = {1, 2, 3, 4};
        FakeCandidates candidates = FakeCandidates.ofWeights(weights);
        int keys = 100_000;
        List<ServiceInstance> selected = selected(candidates, keys);
        for (int i = 0; i < weights.length; i++) {
            double share = weights[i] / 10;
            double deviation = 6 * Math.sqrt(keys * share * (1 - share)) + keys / 65_537.0;
            assertThat((double) Collections.frequency(
                            selected, instances(candidates).get(i)))
                    .isBetween(keys * share - deviation, keys * share + deviation);
        }
    }

    /** The keys of the one that has left move, and fewer than 2/n of the others. */
    @Property(tries = 5)
    void takingOneOfAHundredOutMovesFewOthers(@ForAll @IntRange(max = 99) int removed) {
        FakeCandidates before = FakeCandidates.ofSize(100);
        int keys = 50_000;
        List<ServiceInstance> from = selected(before, keys);
        List<ServiceInstance> to = selected(before.without(removed), keys);
        ServiceInstance gone = before.get(removed).instance();
        assertThat(to).doesNotContain(gone);
        assertThat(moved(from, to, gone)).isLessThan(2 * keys / 100);
    }

    @Property(tries = 5)
    void aNewWeightMovesFewOthers(@ForAll @IntRange(max = 99) int changed) {
        double[] weights = new double[100];
        Arrays.fill(weights, 1);
        FakeCandidates before = FakeCandidates.ofWeights(weights);
        weights[changed] = 0.5;
        FakeCandidates after = FakeCandidates.ofWeights(weights);
        int keys = 50_000;
        List<ServiceInstance> from = selected(before, keys);
        List<ServiceInstance> to = selected(after, keys);
        long others = 0;
        for (int i = 0; i < keys; i++) {
            String id = before.get(changed).instance().id();
            String old = from.get(i).id();
            String now = to.get(i).id();
            others += !old.equals(now) && !old.equals(id) && !now.equals(id) ? 1 : 0;
        }
        assertThat(others).isLessThan(2 * keys / 100);
    }

    @Example
    void isAsGoodWithThousands() {
        FakeCandidates before = FakeCandidates.ofSize(1000);
        int keys = 50_000;
        List<ServiceInstance> from = selected(before, keys);
        List<ServiceInstance> to = selected(before.without(321), keys);
        assertThat(moved(from, to, before.get(321).instance())).isLessThan(keys / 100);
    }

    @Property(tries = 50)
    void whatTheFirstCannotTakeGoesWhereRendezvousSays(
            @ForAll String key, @ForAll @IntRange(min = 2, max = 20) int size) {
        FakeCandidates candidates = FakeCandidates.ofSize(size);
        PickRequest request = PickRequest.stickyTo(key);
        Selector selector = STRATEGY.newSelector(candidates);
        Candidate first = Objects.requireNonNull(selector.select(request));
        int place = instances(candidates).indexOf(first.instance());
        FakeCandidates others = candidates.without(place);

        candidates.get(place).open(false);

        assertThat(selector.select(request))
                .isSameAs(Strategies.stickyKey(Strategies.random())
                        .newSelector(others)
                        .select(request));
    }

    @Example
    void anotherSecretGivesAnotherTable() {
        FakeCandidates candidates = FakeCandidates.ofSize(10);
        LoadBalancingStrategy other = Strategies.stickyKeyTable(
                Strategies.random(), StickyConfig.builder().secret(new byte[16]).build());
        List<ServiceInstance> one = selected(candidates, 1000);
        Selector selector = other.newSelector(candidates.replacing(STRATEGY.newSelector(candidates)));
        int same = 0;
        for (int i = 0; i < 1000; i++) {
            Candidate at = Objects.requireNonNull(selector.select(PickRequest.stickyTo("user-" + i)));
            same += at.instance().equals(one.get(i)) ? 1 : 0;
        }
        assertThat(same).isBetween(40, 160); // 100 expected
    }

    /** The same table, in another order and with candidates of its own. */
    @Example
    void takesTheTableOverWhenIdsAndWeightsAreTheSame() {
        FakeCandidates before = FakeCandidates.ofWeights(1, 2, 3);
        Selector first = STRATEGY.newSelector(before);
        List<ServiceInstance> reversed = instances(before);
        Collections.reverse(reversed);
        FakeCandidates after = FakeCandidates.of(reversed).replacing(first);
        Selector second = STRATEGY.newSelector(after);
        for (int i = 0; i < 100; i++) {
            PickRequest request = PickRequest.stickyTo("user-" + i);
            Candidate one = Objects.requireNonNull(first.select(request));
            Candidate other = Objects.requireNonNull(second.select(request));
            assertThat(other.instance()).isEqualTo(one.instance());
            assertThat(other).isNotSameAs(one);
        }
    }

    @Example
    void theFallbackGoesOnWhereItWasWhenTheListChanges() {
        LoadBalancingStrategy strategy = Strategies.stickyKeyTable(Strategies.roundRobin());
        FakeCandidates candidates = FakeCandidates.ofSize(3).withRandom(new Random(0));
        Selector first = strategy.newSelector(candidates);
        Candidate one = first.select(PickRequest.EMPTY);
        first.select(PickRequest.stickyTo("user-1"));
        Selector second = strategy.newSelector(candidates.replacing(first));
        assertThat(second.select(PickRequest.EMPTY)).isNotNull().isNotEqualTo(one);
    }

    /** A change: who was there before keeps its keys, as long as the new table is not there. */
    @Property(tries = 5)
    void keysStayUntilTheNewTableIsBuilt(
            @ForAll @IntRange(min = 2, max = 100) int size, @ForAll @IntRange int removed) {
        FakeCandidates both = FakeCandidates.ofSize(size + 1);
        FakeCandidates before = both.without(size);
        FakeCandidates after = both.without(Math.floorMod(removed, size));
        ServiceInstance gone = both.get(Math.floorMod(removed, size)).instance();
        ServiceInstance added = both.get(size).instance();
        Queue<Runnable> tasks = new ArrayDeque<>();
        Selector first = STRATEGY.newSelector(before);
        List<ServiceInstance> from = selected(first, 1000);

        Selector second = STRATEGY.newSelector(after.withExecutor(tasks::add).replacing(first));
        List<ServiceInstance> meanwhile = selected(second, 1000);
        assertThat(moved(from, meanwhile, gone)).isZero();
        assertThat(meanwhile).doesNotContain(gone);
        if (size > 20) {
            assertThat(Collections.frequency(meanwhile, added)).isLessThan(1000 / 10); // only of those of the one gone
        }

        tasks.remove().run();
        assertThat(tasks).isEmpty();
        assertThat(selected(second, 1000)).isEqualTo(selected(after, 1000));
    }

    /** What comes and goes again while no table can be built. */
    @Example
    void keysStayThroughSeveralChanges() {
        FakeCandidates all = FakeCandidates.ofSize(30);
        Queue<Runnable> tasks = new ArrayDeque<>();
        Selector selector = STRATEGY.newSelector(all);
        List<ServiceInstance> from = selected(selector, 1000);
        FakeCandidates without = all.without(3).withExecutor(tasks::add);
        selector = STRATEGY.newSelector(without.replacing(selector));
        assertThat(moved(from, selected(selector, 1000), all.get(3).instance())).isZero();
        selector = STRATEGY.newSelector(without.without(20).replacing(selector));
        List<ServiceInstance> later = selected(selector, 1000);
        assertThat(later).doesNotContain(all.get(3).instance(), all.get(21).instance());
        selector = STRATEGY.newSelector(all.withExecutor(tasks::add).replacing(selector));
        assertThat(selected(selector, 1000)).isEqualTo(from); // the table is for this very list
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(tasks).isEmpty();
        assertThat(selected(selector, 1000)).isEqualTo(from);
    }

    /** The first one of many: nobody waits for it. */
    @Example
    void keysGoByRendezvousUntilTheFirstLargeTableIsBuilt() {
        FakeCandidates many = FakeCandidates.ofSize(700);
        Queue<Runnable> tasks = new ArrayDeque<>();
        Selector selector = STRATEGY.newSelector(many.withExecutor(tasks::add));
        assertThat(selected(selector, 200))
                .isEqualTo(selected(Strategies.stickyKey(Strategies.random()).newSelector(many), 200));
        tasks.remove().run();
        assertThat(selected(selector, 200)).isEqualTo(selected(many, 200));
    }

    /** How many keys have moved that were not on the one that has left. */
    private static int moved(List<ServiceInstance> from, List<ServiceInstance> to, ServiceInstance gone) {
        int moved = 0;
        for (int i = 0; i < from.size(); i++) {
            moved += !from.get(i).equals(to.get(i)) && !from.get(i).equals(gone) ? 1 : 0;
        }
        return moved;
    }

    private static List<ServiceInstance> selected(FakeCandidates candidates, int keys) {
        return selected(STRATEGY.newSelector(candidates), keys);
    }

    private static List<ServiceInstance> selected(Selector selector, int keys) {
        List<ServiceInstance> selected = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            selected.add(Objects.requireNonNull(selector.select(PickRequest.stickyTo("user-" + i)))
                    .instance());
        }
        return selected;
    }

    private static List<ServiceInstance> instances(FakeCandidates candidates) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            instances.add(candidates.get(i).instance());
        }
        return instances;
    }
}
