package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a clock that starts at a time at which leases are watched; a nanosecond later they are not. */
class LeaseWatchTest {

    private static final long DRAWN =
            LongStream.range(0, 1_000).filter(LeaseWatch::isDrawn).findFirst().orElseThrow();

    private final VirtualClock clock = new VirtualClock(DRAWN);
    private final LoadBalancer orders = TestBalancers.builder(clock)
            .instances(TestBalancers.ONE.hostPort())
            .maxInFlightPerInstance(2)
            .build();

    @AfterEach
    void close() {
        orders.close();
    }

    /** The other one is as old, but somebody holds it: a stream may take for ever. */
    @Test
    void endsALeaseThatNobodyCanEndAnyMore() {
        Lease stream = orders.acquire();
        stream.answered();
        assertThat(orders.acquire().instance()).isEqualTo(TestBalancers.ONE); // and dropped
        clock.advance(Duration.ofDays(30));
        Eventually.until("the garbage collector finds it", () -> {
            System.gc();
            return snapshot().leaked() > 0;
        });
        assertThat(snapshot().leaked()).isEqualTo(1);
        assertThat(snapshot().unreported()).isEqualTo(1);
        assertThat(snapshot().inFlight()).isEqualTo(1);
        assertThat(snapshot().waiting()).isZero();
        stream.succeeded();
        assertThat(snapshot().inFlight()).isZero();
        assertThat(snapshot().outcomes(Outcome.Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void watchesAllAfterTheFirstLeak() {
        leak(orders.acquire());
        assertThat(snapshot().leaked()).isEqualTo(1);
        clock.advance(Duration.ofNanos(1));
        leak(orders.acquire());
        assertThat(snapshot().leaked()).isEqualTo(2);
    }

    @Test
    void findsThePlacesOfLeakedOnesBeforeACallIsRefused() {
        Lease first = orders.acquire();
        Lease second = orders.acquire();
        assertThatExceptionOfType(PoolSaturatedException.class).isThrownBy(orders::acquire);
        leak(first);
        orders.acquire().succeeded();
        second.succeeded();
        assertThat(snapshot().inFlight()).isZero();
    }

    @Test
    void findsNothingInThoseThatHaveEnded() {
        for (int i = 0; i < 3; i++) {
            Lease lease = orders.acquire();
            switch (i) {
                case 0 -> lease.succeeded();
                case 1 -> lease.end(Outcome.failed());
                default -> lease.close();
            }
            leak(lease);
        }
        assertThat(snapshot().leaked()).isZero();
        assertThat(snapshot().picks()).isEqualTo(3);
        assertThat(orders.acquire()).as("still at this time").isInstanceOf(WatchedLease.class);
        clock.advance(Duration.ofNanos(1));
        assertThat(orders.acquire()).as("nothing was leaked").isNotInstanceOf(WatchedLease.class);
    }

    @Test
    void goesOnWatchingOneThatWasNotEndedForWantOfAnOutcome() {
        Lease lease = orders.acquire();
        assertThatNullPointerException().isThrownBy(() -> lease.end(null)).withMessage("outcome");
        leak(lease);
        assertThat(snapshot().leaked()).isEqualTo(1);
    }

    /** Whatever the resolution of the clock. */
    @ParameterizedTest
    @ValueSource(longs = {1, 41, 100, 1_000, 1_000_000, 15_625_000})
    void watchesOneIn128(long resolution) {
        long watched = LongStream.range(1_000, 129_000)
                .filter(i -> LeaseWatch.isDrawn(i * resolution))
                .count();
        assertThat(watched).isBetween(900L, 1_100L);
    }

    /** As if the garbage collector had found it. */
    private static void leak(Lease lease) {
        assertThat(lease).isInstanceOf(WatchedLease.class);
        ((WatchedLease) lease).watch.enqueue();
    }

    private InstanceSnapshot snapshot() {
        return orders.snapshot().instance(TestBalancers.ONE.id());
    }
}
