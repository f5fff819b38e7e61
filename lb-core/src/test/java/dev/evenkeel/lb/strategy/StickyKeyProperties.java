package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.FakeCandidates;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class StickyKeyProperties {

    private static final LoadBalancingStrategy STRATEGY = Strategies.stickyKey(Strategies.random());

    @Property
    void aKeyGoesToOneInstanceWhateverTheOrderOfTheList(
            @ForAll String key, @ForAll @IntRange(min = 1, max = 50) int size, @ForAll long seed) {
        List<ServiceInstance> instances = instances(FakeCandidates.ofSize(size));
        List<ServiceInstance> shuffled = new ArrayList<>(instances);
        Collections.shuffle(shuffled, new Random(seed));

        assertThat(selected(FakeCandidates.of(shuffled), key)).isEqualTo(selected(FakeCandidates.of(instances), key));
    }

    @Property
    void takingOneOutMovesOnlyItsOwnKeys(
            @ForAll String key,
            @ForAll @Size(min = 2, max = 30) List<@IntRange(min = 1, max = 100) Integer> tenths,
            @ForAll @IntRange(max = 29) int removed) {
        double[] weights = Weights.of(tenths);
        FakeCandidates before = FakeCandidates.ofWeights(weights);
        FakeCandidates after = before.without(removed % weights.length);
        ServiceInstance gone = before.get(removed % weights.length).instance();

        ServiceInstance at = selected(before, key);
        if (!at.equals(gone)) {
            assertThat(selected(after, key)).isEqualTo(at);
        }
    }

    @Property
    void aNewWeightMovesKeysOnlyToOrFromThatInstance(
            @ForAll String key,
            @ForAll @Size(min = 2, max = 20) List<@IntRange(min = 1, max = 100) Integer> tenths,
            @ForAll @IntRange(max = 19) int changed,
            @ForAll @IntRange(min = 1, max = 100) int weight) {
        double[] weights = Weights.of(tenths);
        int place = changed % weights.length;
        FakeCandidates before = FakeCandidates.ofWeights(weights);
        double[] others = weights.clone();
        others[place] = weight / 10.0;
        FakeCandidates after = FakeCandidates.ofWeights(others);
        String id = before.get(place).instance().id();

        String from = selected(before, key).id();
        String to = selected(after, key).id();
        assertThat(from.equals(to) || from.equals(id) || to.equals(id)).isTrue();
    }

    @Property
    void whatTheFirstCannotTakeGoesWhereTheKeyWouldGoWithoutIt(
            @ForAll String key, @ForAll @IntRange(min = 2, max = 20) int size) {
        FakeCandidates candidates = FakeCandidates.ofSize(size);
        Selector selector = STRATEGY.newSelector(candidates);
        Candidate first = Objects.requireNonNull(selector.select(PickRequest.stickyTo(key)));
        int place = instances(candidates).indexOf(first.instance());

        candidates.get(place).open(false);
        Candidate second = Objects.requireNonNull(selector.select(PickRequest.stickyTo(key)));

        assertThat(second.instance()).isEqualTo(selected(candidates.without(place), key));
    }

    /** Six standard deviations; the keys are fixed, so that the outcome is the same in every run. */
    @Example
    void sharesFollowTheWeights() {
        double[] weights = {1, 2, 3, 4};
        FakeCandidates candidates = FakeCandidates.ofWeights(weights);
        Selector selector = STRATEGY.newSelector(candidates);
        int keys = 100_000;
        int[] counts = new int[weights.length];
        for (int i = 0; i < keys; i++) {
            Candidate at = Objects.requireNonNull(selector.select(PickRequest.stickyTo("user-" + i)));
            counts[instances(candidates).indexOf(at.instance())]++;
        }
        for (int i = 0; i < weights.length; i++) {
            double share = weights[i] / 10;
            double deviation = 6 * Math.sqrt(keys * share * (1 - share));
            assertThat((double) counts[i]).isBetween(keys * share - deviation, keys * share + deviation);
        }
    }

    @Example
    void anotherSecretGivesAnotherOrder() {
        FakeCandidates candidates = FakeCandidates.ofSize(10);
        Selector one = STRATEGY.newSelector(candidates);
        Selector other = Strategies.stickyKey(
                        Strategies.random(),
                        StickyConfig.builder().secret(new byte[16]).build())
                .newSelector(candidates);
        int same = 0;
        for (int i = 0; i < 1000; i++) {
            PickRequest request = PickRequest.stickyTo("user-" + i);
            same += Objects.equals(one.select(request), other.select(request)) ? 1 : 0;
        }
        assertThat(same).isBetween(40, 160); // 100 expected
    }

    /** Calls without a key go on in their own order, as if there were no sticky ones. */
    @Example
    void stickyCallsDoNotDisturbTheFallback() {
        FakeCandidates candidates = FakeCandidates.ofSize(3);
        Selector selector =
                Strategies.stickyKey(Strategies.roundRobin()).newSelector(candidates.withRandom(new Random(0)));
        List<Candidate> order = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            order.add(selector.select(PickRequest.EMPTY));
            selector.select(PickRequest.stickyTo("user-" + i));
        }
        assertThat(order.subList(0, 3)).doesNotHaveDuplicates();
        assertThat(order.subList(3, 6)).isEqualTo(order.subList(0, 3));
    }

    @Example
    void theFallbackGoesOnWhereItWasWhenTheListChanges() {
        LoadBalancingStrategy strategy = Strategies.stickyKey(Strategies.roundRobin());
        FakeCandidates candidates = FakeCandidates.ofSize(3).withRandom(new Random(0));
        Selector first = strategy.newSelector(candidates);
        Candidate one = first.select(PickRequest.EMPTY);
        Selector second = strategy.newSelector(candidates.replacing(first));
        assertThat(second.select(PickRequest.EMPTY)).isNotNull().isNotEqualTo(one);
    }

    private static ServiceInstance selected(FakeCandidates candidates, String key) {
        return Objects.requireNonNull(STRATEGY.newSelector(candidates).select(PickRequest.stickyTo(key)))
                .instance();
    }

    private static List<ServiceInstance> instances(FakeCandidates candidates) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            instances.add(candidates.get(i).instance());
        }
        return instances;
    }
}
