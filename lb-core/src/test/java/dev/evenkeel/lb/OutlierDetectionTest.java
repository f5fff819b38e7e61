package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.health.HealthMonitor;
import dev.evenkeel.lb.health.HealthReport;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outcomes of calls, as they decide who may be picked, in virtual time. */
class OutlierDetectionTest {

    private static final Duration BASE = Duration.ofSeconds(5);

    /** Longer than a time with its jitter. */
    private static final double LONGER = 1.11;

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private RecordingListener listener = new RecordingListener();
    private final Map<String, HealthReport> reports = new HashMap<>();
    private LoadBalancer orders = build(OutlierConfig.defaults());

    private LoadBalancer build(OutlierConfig config) {
        listener = new RecordingListener();
        return TestBalancers.builder(clock)
                .source(source)
                .listener(listener)
                .strategy(Strategies.roundRobin())
                .outlierDetection(config)
                .health(context -> new HealthMonitor() {
                    @Override
                    public Tracker track(ServiceInstance instance, HealthReport report) {
                        reports.put(instance.id(), report);
                        return () -> {};
                    }

                    @Override
                    public void close() {}
                })
                .build();
    }

    @AfterEach
    void leavesNothingBehind() {
        clock.runDue();
        assertThat(orders.snapshot().inFlight()).isZero();
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
        assertThat(listener.lines()).noneMatch(line -> line.startsWith("BROKEN"));
    }

    // ---- who is ejected

    @Test
    void ejectsWhatTwoCallsInARowDidNotReach() {
        source.deliver(pool(3));
        call(0, Outcome.neverReached());
        assertEjected(0, false);
        call(0, Outcome.neverReached());
        assertEjected(0, true);
        assertThat(snapshot(0).ejectionReason()).hasValue("2 calls in a row did not reach it");
        assertThat(snapshot(0).ejectionRemaining()).isBetween(BASE, Duration.ofMillis(5_500));
        assertThat(snapshot(0).isEligible()).isFalse();
        assertThat(snapshot(0)).hasToString(pool(3)[0] + " UNKNOWN ejected out inFlight=0 picks=2 failures=2");
        assertThat(listener.lines()).endsWith("ejected 10.0.0.1:80");
        assertThat(orders.snapshot().isFailOpen()).isFalse();
        for (int i = 0; i < 20; i++) {
            assertThat(picked()).isNotEqualTo(pool(3)[0]);
        }
    }

    @Test
    void ejectsWhatFailsFiveCallsInARow() {
        source.deliver(pool(3));
        calls(0, 4, Outcome.failed());
        assertEjected(0, false);
        call(0, Outcome.failed());
        assertEjected(0, true);
        assertThat(snapshot(0).ejectionReason()).hasValue("5 calls in a row failed");
    }

    /** Where all depend on something that is ill, five in a row come about all the time, and say nothing of an instance. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 1})
    void takesARowForAnAccidentWhereCallsFailWhoeverGetsThem(double weightOfAThirdThatGetsNone) {
        source.deliver(
                pool(3)[0],
                pool(3)[1],
                pool(3)[2].toBuilder().weight(weightOfAThirdThatGetsNone).build());
        for (int i = 0; i < 3; i++) {
            calls(1, 2, Outcome.failed());
            clock.runDue();
            call(1, Outcome.success());
        }
        calls(0, 5, Outcome.failed());
        assertEjected(0, false);
    }

    @Test
    void staysEjectedWhenTheListIsRefreshed() {
        source.deliver(pool(3));
        twoNeverReached(0);
        source.deliver(pool(3));
        source.deliver(pool(4));
        source.deliver(pool(3)[0].toBuilder().weight(9).build(), pool(3)[1]);
        assertEjected(0, true);
        for (int i = 0; i < 20; i++) {
            assertThat(picked()).isEqualTo(pool(3)[1]);
        }
    }

    private void twoNeverReached(int place) {
        calls(place, 2, Outcome.neverReached());
        assertEjected(place, true);
    }

    @Test
    void startsAgainAfterASuccess() {
        source.deliver(pool(3));
        for (int i = 0; i < 3; i++) {
            calls(0, 4, Outcome.failed());
            call(0, Outcome.success());
            call(0, Outcome.neverReached());
            call(0, Outcome.success());
        }
        assertEjected(0, false);
    }

    /** As with connections that stay: what succeeds is told when they are closed. */
    @Test
    void anAnswerEndsARowOfCallsThatDidNotReachIt() {
        source.deliver(pool(3));
        call(0, Outcome.neverReached());
        Lease connection = orders.acquire(only(0));
        connection.answered();
        call(0, Outcome.neverReached());
        assertEjected(0, false);
        call(0, Outcome.neverReached());
        assertEjected(0, true);
        connection.succeeded();
    }

    @Test
    void anAnswerEndsNoRowOfOtherFailures() {
        source.deliver(pool(3));
        calls(0, 4, Outcome.failed());
        Lease connection = orders.acquire(only(0));
        connection.answered();
        call(0, Outcome.failed());
        assertEjected(0, true);
        connection.succeeded();
    }

    @Test
    void countsNeitherTheCallersErrorsNorItsCancellationsNorWhatNobodyReported() {
        source.deliver(pool(2));
        calls(0, 100, Outcome.cancelled());
        calls(0, 100, Outcome.success()); // a 4xx is one
        for (int i = 0; i < 100; i++) {
            orders.acquire(only(0)).close();
        }
        calls(0, 4, Outcome.failed());
        calls(0, 100, Outcome.cancelled());
        assertEjected(0, false);
        assertThat(listener.lines()).containsExactly("joined 10.0.0.1:80", "joined 10.0.0.2:80");
    }

    @Test
    void doesNotTakeOverloadForARowOfFailures() {
        source.deliver(pool(3));
        calls(0, 4, Outcome.failed());
        calls(0, 4, Outcome.overloaded());
        assertEjected(0, false);
        call(0, Outcome.failed());
        assertEjected(0, true);
    }

    @Test
    void ejectsWhatIsNeverReachedWhateverTheOthersDo() {
        source.deliver(pool(5));
        for (int i = 0; i < 4; i++) {
            calls(i, 2, Outcome.neverReached());
            assertEjected(i, true);
        }
        assertThat(orders.snapshot().isFailOpen()).isFalse();
        for (int i = 0; i < 20; i++) {
            assertThat(picked()).isEqualTo(pool(5)[4]);
        }
    }

    @Test
    void ejectsNobodyWhereItIsOff() {
        orders.close();
        orders = build(OutlierConfig.off());
        source.deliver(pool(2));
        calls(0, 100, Outcome.neverReached());
        calls(0, 100, Outcome.overloaded(Duration.ofSeconds(3)));
        assertEjected(0, false);
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void saysWhyAnInstanceIsOut() {
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        clock.runDue();
        assertThatThrownBy(() -> orders.acquire(only(0)))
                .isInstanceOfSatisfying(
                        NoInstanceAvailableException.class,
                        refused -> assertThat(refused.explanation().reasons())
                                .containsEntry("10.0.0.1:80", Reason.EJECTED));
    }

    // ---- how it comes back

    @Test
    void triesWithOneCallAtATimeUntilOneSucceeds() {
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        pass(BASE);
        assertThat(snapshot(0).isEligible()).isTrue();
        assertThat(snapshot(0).ejectionReason()).isPresent();
        assertThat(snapshot(0).ejectionRemaining()).isZero();
        Lease trial = orders.acquire(only(0));
        assertThatThrownBy(() -> orders.acquire(only(0))).isInstanceOf(PoolSaturatedException.class);
        for (int i = 0; i < 20; i++) {
            assertThat(picked()).isEqualTo(pool(2)[1]);
        }
        trial.end(Outcome.cancelled());
        assertThatThrownBy(() -> twoAtOnce(0)).isInstanceOf(PoolSaturatedException.class);
        call(0, Outcome.success());
        clock.runDue();
        twoAtOnce(0);
        assertThat(snapshot(0).ejectionReason()).isEmpty();
        assertThat(listener.lines()).endsWith("ejected 10.0.0.1:80", "readmitted 10.0.0.1:80");
    }

    @Test
    void triesWithOneCallAtATimeHoweverManyThreadsThereAre() throws Exception {
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        pass(BASE);
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(i -> new Thread(() -> {
                    for (int pick = 0; pick < 2_000; pick++) {
                        Lease lease = acquiredIfFree(0);
                        if (lease != null) {
                            most.accumulateAndGet(calls.incrementAndGet(), Math::max);
                            calls.decrementAndGet();
                            lease.end(Outcome.cancelled());
                        }
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(most).hasValue(1);
    }

    @Test
    void isOutForLongerWhenTheTrialFails() {
        source.deliver(pool(2));
        calls(0, 5, Outcome.failed());
        pass(BASE);
        call(0, Outcome.failed());
        assertEjected(0, true);
        assertThat(snapshot(0).isEligible()).isFalse();
        assertThat(snapshot(0).ejectionRemaining()).isBetween(BASE.multipliedBy(2), Duration.ofSeconds(11));
        pass(BASE.multipliedBy(2));
        call(0, Outcome.neverReached());
        clock.runDue();
        assertThat(snapshot(0).ejectionRemaining()).isBetween(BASE.multipliedBy(4), Duration.ofSeconds(22));
    }

    /** Such as a call that has hung since before the ejection. */
    @Test
    void doesNotListenToCallsThatBeganBeforeTheTrial() {
        source.deliver(pool(2));
        Lease failsLate = orders.acquire(only(0));
        Lease succeedsLate = orders.acquire(only(0));
        calls(0, 2, Outcome.neverReached());
        pass(BASE);
        failsLate.end(Outcome.failed());
        succeedsLate.succeeded();
        clock.runDue();
        assertThat(snapshot(0).ejectionReason()).isPresent();
        assertThat(snapshot(0).isEligible()).isTrue();
        assertThatThrownBy(() -> twoAtOnce(0)).isInstanceOf(PoolSaturatedException.class);
    }

    @Test
    void isTriedWithTheNextCallWhenAStreamHasBegun() {
        source.deliver(pool(2));
        calls(0, 5, Outcome.failed());
        pass(BASE);
        Lease stream = orders.acquire(only(0));
        stream.answered();
        call(0, Outcome.success());
        clock.runDue();
        assertThat(snapshot(0).ejectionReason()).isEmpty();
        stream.close();
    }

    @Test
    void isBackAsSoonAsACallReachesWhomNobodyReached() {
        source.deliver(pool(2));
        twoNeverReached(0);
        pass(BASE);
        Lease connection = orders.acquire(only(0));
        assertEjected(0, true);
        connection.answered();
        assertEjected(0, false);
        connection.succeeded();
        assertThat(listener.lines()).endsWith("ejected 10.0.0.1:80", "readmitted 10.0.0.1:80");
    }

    @Test
    void isNotBackByAnAnswerIfCallsFailedAfterThat() {
        source.deliver(pool(2));
        calls(0, 5, Outcome.failed());
        pass(BASE);
        Lease connection = orders.acquire(only(0));
        connection.answered();
        assertEjected(0, true);
        connection.end(Outcome.failed());
        assertEjected(0, true);
        assertThat(snapshot(0).isEligible()).isFalse();
    }

    @Test
    void isNotBackByAnAnswerIfOneCallOfTheTrialFailedAfterThat() {
        source.deliver(pool(2));
        twoNeverReached(0);
        pass(BASE);
        call(0, Outcome.failed());
        pass(BASE.multipliedBy(2));
        call(0, Outcome.neverReached());
        pass(BASE.multipliedBy(4));
        Lease connection = orders.acquire(only(0));
        connection.answered();
        assertEjected(0, true);
        connection.succeeded();
        assertEjected(0, false);
    }

    @Test
    void isBackWhenACallHasGoneOnWellForAWhile() {
        source.deliver(pool(2));
        calls(0, 5, Outcome.failed());
        pass(BASE);
        Lease connection = orders.acquire(only(0));
        connection.answered();
        clock.advance(Duration.ofMillis(9_999));
        assertEjected(0, true);
        clock.advance(Duration.ofMillis(1));
        assertEjected(0, false);
        connection.end(Outcome.failed());
        assertEjected(0, false);
    }

    @Test
    void learnsNothingOfACallThatDidNotGoOnForLong() {
        source.deliver(pool(2));
        calls(0, 5, Outcome.failed());
        pass(BASE);
        for (int i = 0; i < 3; i++) {
            Lease connection = orders.acquire(only(0));
            connection.answered();
            clock.advance(Duration.ofSeconds(3));
            connection.end(Outcome.cancelled());
        }
        Lease connection = orders.acquire(only(0));
        connection.answered();
        clock.advance(Duration.ofSeconds(2));
        assertEjected(0, true);
        Lease another = orders.acquire(only(0));
        another.answered();
        clock.advance(Duration.ofSeconds(10));
        assertEjected(0, false);
        connection.succeeded();
        another.succeeded();
    }

    @Test
    void isTriedWithAnotherCallWhenOneHangs() {
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        pass(BASE);
        Lease hangs = orders.acquire(only(0));
        clock.advance(Duration.ofSeconds(10));
        assertThat(acquiredIfFree(0)).isNull();
        clock.advance(Duration.ofSeconds(1));
        Lease hangsToo = orders.acquire(only(0));
        clock.advance(Duration.ofSeconds(11));
        assertThat(acquiredIfFree(0)).isNull();
        clock.advance(Duration.ofSeconds(10));
        call(0, Outcome.success());
        clock.runDue();
        assertThat(snapshot(0).ejectionReason()).isEmpty();
        hangs.close();
        hangsToo.close();
    }

    @Test
    void letsACallThatWaitsHaveThePlaceOfTheTrial() {
        orders.close();
        orders = TestBalancers.builder(clock)
                .source(source)
                .queue(10, Duration.ofMinutes(1))
                .build();
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        pass(BASE);
        Lease trial = orders.acquire(only(0));
        var waiting = orders.acquireAsync(only(0));
        assertThat(waiting).isNotDone();
        trial.end(Outcome.cancelled());
        assertThat(waiting).isCompleted();
        waiting.join().succeeded();
    }

    @Test
    void comesBackByItsHealthCheckTheFirstTimeOnly() {
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        clock.runDue();
        health(0, HealthStatus.UNHEALTHY);
        health(0, HealthStatus.HEALTHY);
        assertThat(snapshot(0).ejectionReason()).isEmpty();
        calls(0, 2, Outcome.neverReached());
        clock.runDue();
        health(0, HealthStatus.UNHEALTHY);
        health(0, HealthStatus.HEALTHY);
        assertThat(snapshot(0).ejectionRemaining()).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
    }

    /** It asks for something that still works. */
    @Test
    void staysOutThoughItsHealthCheckFindsItWellAllTheTime() {
        source.deliver(pool(2));
        health(0, HealthStatus.HEALTHY);
        calls(0, 5, Outcome.failed());
        assertEjected(0, true);
        health(0, HealthStatus.HEALTHY);
        assertEjected(0, true);
        pass(BASE);
        health(0, HealthStatus.HEALTHY);
        call(0, Outcome.failed());
        clock.runDue();
        health(0, HealthStatus.HEALTHY);
        assertThat(snapshot(0).ejectionRemaining()).isGreaterThanOrEqualTo(Duration.ofSeconds(10));
    }

    /** Another process has got the address: it answers, and is not who it should be. */
    @Test
    void callsNobodyWhoIsSomeoneElse() {
        orders.close();
        Map<ServiceInstance, String> names = new HashMap<>(Map.of(pool(2)[0], "orders", pool(2)[1], "orders"));
        orders = TestBalancers.builder(clock)
                .instances(List.of(pool(2)))
                .healthCheck(
                        (instance, context) -> CompletableFuture.completedFuture(
                                context.serviceName().equals(names.get(instance))
                                        ? ProbeResult.well()
                                        : ProbeResult.sick("it is " + names.get(instance))),
                        ProbeConfig.defaults())
                .build();
        clock.advance(Duration.ofSeconds(5));
        names.put(pool(2)[0], "mail");
        clock.advance(Duration.ofSeconds(10));
        assertThat(snapshot(0).health()).isEqualTo(HealthStatus.UNHEALTHY);
        for (int i = 0; i < 20; i++) {
            assertThat(picked()).isEqualTo(pool(2)[1]);
        }
    }

    @Test
    void forgetsWhatHasLeft() {
        source.deliver(pool(3));
        calls(0, 2, Outcome.neverReached());
        clock.runDue();
        source.sink().left("10.0.0.1:80");
        pass(Duration.ofSeconds(20));
        assertThat(clock.pendingTasks()).isZero();
        source.deliver(pool(3));
        assertThat(snapshot(0).ejectionReason()).isEmpty();
    }

    /** It is gone with this call, before that is told how it has ended. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void learnsNothingOfTheTrialOfWhatHasLeft(boolean succeeds) {
        source.deliver(pool(2));
        twoNeverReached(0);
        pass(BASE);
        Lease trial = orders.acquire(only(0));
        source.sink().left("10.0.0.1:80");
        trial.end(succeeds ? Outcome.success() : Outcome.failed());
        clock.runDue();
        assertThat(listener.lines()).endsWith("draining 10.0.0.1:80", "left 10.0.0.1:80");
        pass(Duration.ofSeconds(20));
        assertThat(clock.pendingTasks()).isZero();
    }

    /** Its health check may be behind. */
    @Test
    void letsAnInstanceGoThatListsLackAndThatCallsDoNotReach() {
        source.deliver(pool(2));
        health(0, HealthStatus.HEALTHY);
        source.deliver(pool(2)[1]);
        assertThat(orders.snapshot().find("10.0.0.1:80")).isPresent();
        calls(0, 2, Outcome.neverReached());
        clock.runDue();
        assertThat(orders.snapshot().find("10.0.0.1:80")).isEmpty();
    }

    @Test
    void isBackAtOnceWhereNobodyMeasuresTheTime() {
        orders.close();
        listener = new RecordingListener();
        orders = TestBalancers.builder(clock)
                .source(source)
                .listener(listener)
                .scheduler((task, delay) -> {
                    if (!delay.isZero()) {
                        throw new RejectedExecutionException("expected");
                    }
                    return clock.schedule(task, delay);
                })
                .build();
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        assertEjected(0, false);
        call(0, Outcome.success());
        clock.runDue();
        assertThat(listener.lines()).endsWith("ejected 10.0.0.1:80", "readmitted 10.0.0.1:80");
    }

    // ---- pauses

    @Test
    void givesAnInstanceThePauseThatItAsksFor() {
        source.deliver(pool(3));
        call(0, Outcome.overloaded(Duration.ofSeconds(20)));
        assertEjected(0, true);
        assertThat(snapshot(0).ejectionReason()).hasValue("asked for a pause of PT20S");
        pass(Duration.ofSeconds(17));
        assertThat(snapshot(0).isEligible()).isFalse();
        pass(Duration.ofSeconds(5));
        call(0, Outcome.success());
        clock.runDue();
        assertThat(snapshot(0).ejectionReason()).isEmpty();
    }

    @Test
    void givesNoPauseThatIsLongerThanAMinute() {
        source.deliver(pool(3));
        call(0, Outcome.overloaded(Duration.ofSeconds(Long.MAX_VALUE)));
        clock.runDue();
        assertThat(snapshot(0).ejectionRemaining()).isEqualTo(Duration.ofMinutes(1));
    }

    // ---- rates

    @Test
    void ejectsWhatFailsMoreOftenThanTheOthers() {
        source.deliver(pool(5));
        traffic(Duration.ofSeconds(4), 1, 0.5);
        assertEjected(0, true);
        assertThat(snapshot(0).ejectionReason().orElseThrow()).matches("\\d+ of \\d+ calls failed");
        assertThat(ejected()).isEqualTo(1);
        assertThat(orders.snapshot().isFailOpen()).isFalse();
    }

    @Test
    void ejectsOneOfAFewByItsRateAndNeverTheLast() {
        for (int n = 2; n <= 9; n++) {
            leavesNothingBehind();
            orders = build(OutlierConfig.defaults());
            source.deliver(pool(n));
            traffic(Duration.ofSeconds(10), n / 2, 0.5);
            assertThat(ejected()).as("of %d", n).isLessThanOrEqualTo(1);
            if (n < 4) {
                assertThat(ejected()).as("of %d", n).isEqualTo(1);
            }
        }
    }

    @Test
    void ejectsNobodyByItsRateWhoseAbsenceWouldLeaveTooFew() {
        for (int least = 2; least <= 3; least++) {
            leavesNothingBehind();
            orders = build(OutlierConfig.builder().minAvailable(least).build());
            source.deliver(pool(3));
            traffic(Duration.ofSeconds(10), 1, 0.5);
            assertThat(ejected()).isEqualTo(least == 2 ? 1 : 0);
        }
    }

    /** As a floating-point number, 0.29 * 100 is less than 29. */
    @Test
    void ejectsTheWholePartThatMayBeOut() {
        orders.close();
        orders = build(OutlierConfig.builder().maxEjectedShare(0.29).build());
        source.deliver(pool(100));
        for (int i = 1; i <= 28; i++) {
            twoNeverReached(i);
        }
        for (int i = 0; i < 30 && snapshot(0).isEligible(); i++) {
            call(0, Outcome.failed());
            call(0, Outcome.success());
            clock.advance(Duration.ofMillis(100));
        }
        assertEjected(0, true);
    }

    @Test
    void ejectsNobodyWhenAllFailAlike() {
        source.deliver(pool(5));
        traffic(Duration.ofMinutes(2), 5, 0.5);
        assertThat(ejected()).isZero();
    }

    @Test
    void looksAtRatesOnlyWhileCallsFail() {
        source.deliver(pool(2));
        calls(0, 10, Outcome.success());
        clock.advance(Duration.ofSeconds(15));
        assertThat(clock.pendingTasks()).isZero();
        call(0, Outcome.failed());
        clock.runDue();
        assertThat(clock.pendingTasks()).isEqualTo(2); // and one to notice pauses
        clock.advance(Duration.ofSeconds(15));
        assertThat(clock.pendingTasks()).isZero();
    }

    // ---- fail-open

    @Test
    void usesAllAgainWhenNobodyIsWell() {
        source.deliver(pool(3));
        for (int i = 0; i < 3; i++) {
            calls(i, 2, Outcome.neverReached());
            clock.runDue();
        }
        assertThat(orders.snapshot().isFailOpen()).isTrue();
        assertThat(orders.snapshot().instances()).allMatch(InstanceSnapshot::isEligible);
        assertThat(listener.lines()).endsWith("ejected 10.0.0.3:80", "fail-open");
        try (Lease lease = orders.acquire()) {
            assertThat(lease.isFailOpen()).isTrue();
        }
    }

    /** A trial is no reason to refuse calls when nobody could take them. */
    @Test
    void refusesNoCallWhenAllAreOnTrial() {
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        calls(1, 2, Outcome.neverReached());
        pass(BASE);
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            leases.add(orders.acquire());
        }
        leases.forEach(Lease::succeeded);
        clock.runDue();
        assertThat(ejected()).isZero();
        assertThat(orders.snapshot().isFailOpen()).isFalse();
    }

    /** As soon as it is over, not when the time of an ejection is. */
    @Test
    void endsAFullOutageWithTheFirstSuccesses() {
        source.deliver(pool(2));
        calls(0, 2, Outcome.neverReached());
        calls(1, 2, Outcome.neverReached());
        clock.runDue();
        List<Lease> leases =
                IntStream.range(0, 4).mapToObj(i -> orders.acquire()).toList();
        leases.forEach(Lease::succeeded);
        clock.runDue();
        assertThat(ejected()).isLessThan(2);
        assertThat(orders.snapshot().isFailOpen()).isFalse();
        assertThat(orders.snapshot().instances()).allMatch(InstanceSnapshot::isEligible);
    }

    /** Whoever comes back first would have to bear the load of all. */
    @Test
    void triesAllAgainWhenALongOutageIsOver() {
        source.deliver(pool(3));
        for (int round = 0; round < 5; round++) {
            for (int i = 0; i < 3; i++) {
                calls(i, 2, Outcome.neverReached());
            }
            pass(Duration.ofSeconds(30));
        }
        assertThat(ejected()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            call(i, Outcome.success());
            clock.runDue();
            assertThat(orders.snapshot().isFailOpen()).isFalse();
            assertThat(orders.snapshot().instances()).allMatch(InstanceSnapshot::isEligible);
        }
        assertThat(ejected()).isZero();
    }

    /** Its ups and downs change the pool at most once in ten seconds. */
    @Test
    void ejectsTheOnlyInstanceSeldomWhenItFlaps() {
        source.deliver(pool(1));
        for (int second = 0; second < 60; second++) {
            calls(0, 5, Outcome.failed());
            clock.runDue();
            calls(0, 5, Outcome.success());
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(listener.lines())
                .filteredOn(line -> line.startsWith("ejected"))
                .hasSizeBetween(2, 8);
    }

    @Test
    void usesThoseThatAreLeastBadWhenFewerThanHalfAreWell() {
        source.deliver(pool(4));
        calls(0, 2, Outcome.neverReached());
        call(1, Outcome.overloaded(Duration.ofSeconds(30)));
        clock.runDue();
        assertThat(orders.snapshot().isFailOpen()).isFalse();
        call(2, Outcome.overloaded(Duration.ofSeconds(30)));
        clock.runDue();
        assertThat(orders.snapshot().isFailOpen()).isTrue();
        assertThat(snapshot(0).isEligible()).isFalse();
        assertThat(IntStream.range(1, 3).filter(i -> snapshot(i).isEligible()).count())
                .isEqualTo(1);
        assertThat(snapshot(3).isEligible()).isTrue();
    }

    /** As a floating-point number, 0.55 * 100 is more than 55. */
    @Test
    void usesNobodyElseWhileTheWholePartIsWell() {
        orders.close();
        orders = build(OutlierConfig.builder().panicShare(0.55).build());
        source.deliver(pool(100));
        for (int i = 0; i < 46; i++) {
            call(i, Outcome.overloaded(Duration.ofSeconds(30)));
            clock.runDue();
            assertThat(orders.snapshot().isFailOpen()).isEqualTo(i == 45);
        }
    }

    @Test
    void neverUsesWhatLeavesOrHasNoWeight() {
        ServiceInstance weightless = pool(3)[2].toBuilder().weight(0).build();
        source.deliver(pool(3)[0], pool(3)[1], weightless);
        calls(0, 2, Outcome.neverReached());
        clock.runDue();
        source.sink().left("10.0.0.2:80");
        assertThat(orders.snapshot().isFailOpen()).isTrue();
        for (int i = 0; i < 20; i++) {
            assertThat(picked()).isEqualTo(pool(1)[0]);
        }
    }

    // ---- helpers

    private static ServiceInstance[] pool(int n) {
        return IntStream.rangeClosed(1, n)
                .mapToObj(i -> ServiceInstance.of("10.0.0." + i + ":80"))
                .toArray(ServiceInstance[]::new);
    }

    private static PickRequest only(int place) {
        return PickRequest.builder().only("10.0.0." + (place + 1) + ":80").build();
    }

    private void call(int place, Outcome outcome) {
        orders.acquire(only(place)).end(outcome);
    }

    private void calls(int place, int count, Outcome outcome) {
        for (int i = 0; i < count; i++) {
            call(place, outcome);
        }
    }

    private @Nullable Lease acquiredIfFree(int place) {
        try {
            return orders.acquire(only(place));
        } catch (PoolSaturatedException full) {
            return null;
        }
    }

    private void twoAtOnce(int place) {
        try (Lease one = orders.acquire(only(place));
                Lease two = orders.acquire(only(place))) {
            assertThat(one.instance()).isEqualTo(two.instance());
        }
    }

    /** A hundred calls a second, of which those to the first few fail in this share, in turn. */
    private void traffic(Duration time, int bad, double share) {
        Map<ServiceInstance, Double> failed = new HashMap<>();
        for (long call = 0; call < time.toMillis() / 10; call++) {
            clock.advance(Duration.ofMillis(10));
            Lease lease = orders.acquire();
            int place = List.of(pool(20)).indexOf(lease.instance());
            double due = failed.merge(lease.instance(), place < bad ? share : 0, Double::sum);
            boolean fails = due >= 1;
            if (fails) {
                failed.put(lease.instance(), due - 1);
            }
            lease.end(fails ? Outcome.failed() : Outcome.success());
        }
        clock.runDue();
    }

    private void health(int place, HealthStatus status) {
        reports.get("10.0.0." + (place + 1) + ":80").status(status, "");
    }

    /** Lets a time pass that is at most this long. */
    private void pass(Duration time) {
        clock.advance(Duration.ofNanos((long) (time.toNanos() * LONGER)));
    }

    private void assertEjected(int place, boolean expected) {
        clock.runDue();
        assertThat(snapshot(place).ejectionReason().isPresent()).isEqualTo(expected);
    }

    private long ejected() {
        return orders.snapshot().instances().stream()
                .filter(instance -> instance.ejectionReason().isPresent())
                .count();
    }

    private InstanceSnapshot snapshot(int place) {
        return orders.snapshot().instance("10.0.0." + (place + 1) + ":80");
    }

    private ServiceInstance picked() {
        try (Lease lease = orders.acquire()) {
            return lease.instance();
        }
    }
}
