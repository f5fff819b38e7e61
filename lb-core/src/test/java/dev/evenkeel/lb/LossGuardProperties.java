package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class LossGuardProperties {

    private static final Duration HOLD = Duration.ofSeconds(30);
    private static final int FLEET = 8;
    private static final ServiceInstance NOBODY = instance(FLEET);

    /** Lists, departures and failures in any order: who is listed is in, who has left is not, and doubt ends. */
    @Property(tries = 60)
    void believesInTheEnd(@ForAll Random random, @ForAll @IntRange(min = 1, max = 9) int tenths) {
        VirtualClock clock = new VirtualClock();
        ScriptedSource source = new ScriptedSource();
        LoadBalancer orders = TestBalancers.builder(clock)
                .source(source)
                .lossGuard(tenths / 10.0, HOLD)
                .build();
        List<ServiceInstance> last = List.of();
        Set<ServiceInstance> left = new HashSet<>();
        for (int step = 0; step < 40; step++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    last = someOf(random);
                    last.forEach(left::remove);
                    source.sink().update(last);
                    assertThat(members(orders)).containsAll(last);
                }
                case 1 -> {
                    left.add(instance(random.nextInt(FLEET)));
                    left.forEach(instance -> source.sink().left(instance.id()));
                }
                case 2 -> source.sink().failed(new IOException("expected"));
                default -> clock.advance(Duration.ofSeconds(random.nextInt(40)));
            }
            assertThat(members(orders)).doesNotContainAnyElementsOf(left.isEmpty() ? Set.of(NOBODY) : left);
        }
        last = someOf(random);
        source.sink().update(last);
        clock.advance(HOLD);
        assertThat(members(orders)).isEqualTo(new HashSet<>(last));
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private static Set<ServiceInstance> members(LoadBalancer balancer) {
        Set<ServiceInstance> members = new HashSet<>();
        balancer.snapshot().instances().stream().map(InstanceSnapshot::instance).forEach(members::add);
        return members;
    }

    /** At least one. */
    private static List<ServiceInstance> someOf(Random random) {
        List<ServiceInstance> some = new ArrayList<>(List.of(instance(random.nextInt(FLEET))));
        for (int i = 0; i < FLEET; i++) {
            if (random.nextInt(3) == 0 && !some.contains(instance(i))) {
                some.add(instance(i));
            }
        }
        return some;
    }

    private static ServiceInstance instance(int number) {
        return ServiceInstance.of("10.0.0." + (number + 1), 80);
    }
}
