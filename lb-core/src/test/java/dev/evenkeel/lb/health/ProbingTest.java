package dev.evenkeel.lb.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.CapturedLog;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.VirtualClock;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ProbingTest {

    private static final ServiceInstance ONE = ServiceInstance.of("10.0.0.1:80");
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final VirtualClock clock = new VirtualClock();
    private final List<String> verdicts = new ArrayList<>();
    private Executor executor = Runnable::run;
    private Scheduler scheduler = clock;

    /** Draws zero: every phase begins at once. */
    private RandomGenerator random = () -> 0;

    private HealthMonitor probing(HealthProbe probe, ProbeConfig config) {
        return HealthPolicy.probing(probe, config).start(new Context());
    }

    private HealthMonitor.Tracker track(HealthMonitor monitor, ServiceInstance instance) {
        return monitor.track(instance, (status, reason) -> verdicts.add(instance.id() + " " + status + ": " + reason));
    }

    /** No jitter, so that the times of probes are exact. */
    private static ProbeConfig.Builder exact() {
        return ProbeConfig.builder()
                .interval(INTERVAL)
                .unhealthyInterval(Duration.ofSeconds(1))
                .timeout(TIMEOUT)
                .jitter(0);
    }

    @Test
    void saysOnceThatAnInstanceIsWell() {
        ScriptedProbe probe = new ScriptedProbe();
        track(probing(probe, exact().build()), ONE);
        clock.advance(INTERVAL.multipliedBy(10));
        assertThat(probe.asked).isEqualTo(11);
        assertThat(verdicts).containsExactly("10.0.0.1:80 HEALTHY: probe passed");
    }

    @Test
    void noticesACrashAfterThreeFailuresAndAReturnAfterTwoPasses() {
        ScriptedProbe probe = new ScriptedProbe();
        track(probing(probe, exact().build()), ONE);
        clock.advance(INTERVAL);
        verdicts.clear();
        probe.answer = () -> CompletableFuture.completedFuture(ProbeResult.sick("no"));
        clock.advance(INTERVAL.plusSeconds(1));
        assertThat(verdicts).isEmpty(); // one or two failures
        clock.advance(Duration.ofSeconds(1)); // at the unhealthy interval by now
        assertThat(verdicts).containsExactly("10.0.0.1:80 UNHEALTHY: probe failed: no");
        verdicts.clear();
        probe.answer = () -> CompletableFuture.completedFuture(ProbeResult.well());
        clock.advance(Duration.ofSeconds(2));
        assertThat(verdicts).containsExactly("10.0.0.1:80 HEALTHY: probe passed");
    }

    @Test
    void takesEveryWayToFailForAFailedProbe() {
        assertThat(verdictOf(() -> {
                    throw new IllegalStateException("thrown");
                }))
                .isEqualTo("probe failed: IllegalStateException: thrown");
        assertThat(verdictOf(() -> CompletableFuture.failedFuture(new IllegalStateException("failed"))))
                .isEqualTo("probe failed: IllegalStateException: failed");
        assertThat(verdictOf(() -> CompletableFuture.completedFuture(null)))
                .isEqualTo("probe failed: the probe answered null");
        assertThat(verdictOf(() -> null)).startsWith("probe failed: NullPointerException");
        assertThat(verdictOf(CompletableFuture::new)).isEqualTo("probe failed: no answer within PT1S");
        assertThat(verdictOf(() -> {
                    throw new StackOverflowError();
                }))
                .isEqualTo("probe failed: StackOverflowError");
    }

    @Test
    void doesNotCountAProbeOverWhichThisProcessStoodStill() {
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = CompletableFuture::new;
        track(probing(probe, exact().fall(1).build()), ONE);
        clock.runDue();
        assertThat(probe.asked).isEqualTo(1);
        clock.standStill(Duration.ofSeconds(2));
        assertThat(verdicts).isEmpty();
        assertThat(probe.asked).isEqualTo(2); // at once, so that a crash is found as soon as ever
        clock.advance(TIMEOUT);
        assertThat(verdicts).containsExactly("10.0.0.1:80 UNHEALTHY: probe failed: no answer within PT1S");
    }

    @Test
    void doesNotCountAProbeThatFailedByItselfAfterAPause() {
        ScriptedProbe probe = new ScriptedProbe();
        CompletableFuture<ProbeResult> pending = new CompletableFuture<>();
        probe.answer = () -> pending;
        track(probing(probe, exact().fall(1).build()), ONE);
        clock.runDue();
        clock.schedule(
                () -> {
                    probe.answer = CompletableFuture::new;
                    pending.completeExceptionally(new IOException("timed out"));
                },
                Duration.ofMillis(999));
        clock.standStill(Duration.ofSeconds(2)); // it is told before the time-out
        assertThat(verdicts).isEmpty();
    }

    @Test
    void countsAProbeThatIsALittleLate() {
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = CompletableFuture::new;
        track(probing(probe, exact().fall(1).build()), ONE);
        clock.runDue();
        clock.standStill(Duration.ofMillis(1_200));
        assertThat(verdicts).hasSize(1);
    }

    @Test
    void doesNotCountAProbeThatFailedByOurOwnFault() {
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = () -> CompletableFuture.failedFuture(new SocketException("Too many open files"));
        track(probing(probe, exact().fall(1).build()), ONE);
        clock.advance(INTERVAL);
        assertThat(probe.asked).isEqualTo(2);
        assertThat(verdicts).isEmpty();
        probe.answer = () -> CompletableFuture.failedFuture(new ConnectException("Connection refused"));
        clock.advance(INTERVAL);
        assertThat(verdicts)
                .containsExactly("10.0.0.1:80 UNHEALTHY: probe failed: ConnectException: Connection refused");
    }

    private String verdictOf(Answer answer) {
        verdicts.clear();
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = answer;
        HealthMonitor monitor = probing(probe, exact().fall(1).build());
        track(monitor, ONE);
        clock.advance(INTERVAL.plus(TIMEOUT));
        monitor.close();
        assertThat(clock.pendingTasks()).isZero();
        assertThat(verdicts).hasSize(1);
        return verdicts.get(0).substring("10.0.0.1:80 UNHEALTHY: ".length());
    }

    @Test
    void takesTheFirstOfTwoAnswersAndCancelsTheAnswerThatIsLate() {
        CompletableFuture<ProbeResult> late = new CompletableFuture<>();
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = () -> late;
        track(probing(probe, exact().build()), ONE);
        clock.advance(INTERVAL.plus(TIMEOUT));
        assertThat(late).isCancelled();
        probe.answer = () -> CompletableFuture.completedFuture(ProbeResult.well());
        late.complete(ProbeResult.well());
        assertThat(verdicts).containsExactly("10.0.0.1:80 UNHEALTHY: probe failed: no answer within PT1S");
    }

    @Test
    void neverAsksAnInstanceTwiceAtOnceThoughTheTimeoutIsLonger() {
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = CompletableFuture::new;
        track(probing(probe, exact().timeout(Duration.ofSeconds(60)).build()), ONE);
        clock.advance(Duration.ofSeconds(60));
        assertThat(probe.asked).isEqualTo(1);
    }

    /** A probe that ignores its interrupt, as look-ups of names do, must not take up one thread after the other. */
    @Test
    void neverAsksAnInstanceAgainWhileAProbeOfItHoldsAThread() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        executor = threads;
        try {
            track(
                    probing(
                            HealthProbe.blocking((instance, context) -> {
                                times.incrementAndGet();
                                asked.countDown();
                                while (goOn.getCount() > 0) {
                                    Thread.onSpinWait();
                                }
                                return ProbeResult.well();
                            }),
                            exact().build()),
                    ONE);
            clock.runDue();
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            clock.advance(INTERVAL.multipliedBy(20));
            assertThat(verdicts).containsExactly("10.0.0.1:80 UNHEALTHY: probe failed: no answer within PT1S");
            assertThat(times).hasValue(1);
        } finally {
            goOn.countDown();
            threads.shutdown();
        }
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void asksTheInstanceAsItIsNow() {
        List<ServiceInstance> asked = new ArrayList<>();
        HealthMonitor.Tracker tracker = track(
                probing(
                        (instance, context) -> {
                            asked.add(instance);
                            return CompletableFuture.completedFuture(ProbeResult.well());
                        },
                        exact().build()),
                ONE);
        clock.runDue();
        ServiceInstance changed = ONE.toBuilder().weight(7).build();
        tracker.changed(changed);
        clock.advance(INTERVAL);
        assertThat(asked).containsExactly(ONE, changed);
    }

    @Test
    void isQuietWhenTheSchedulerShutsDownBetweenTheCloseAndAProbeThatIsDue() {
        List<HealthMonitor> monitors = new ArrayList<>();
        scheduler = (task, delay) -> {
            if (!monitors.isEmpty()) {
                throw new RejectedExecutionException("shut down");
            }
            return clock.schedule(task, delay);
        };
        HealthMonitor monitor = probing(new ScriptedProbe(), exact().build());
        monitor.track(ONE, new HealthReport() {
            @Override
            public void status(HealthStatus status, String reason) {
                verdicts.add(reason);
            }

            @Override
            public long successes() { // the probe is due, and as good as begun
                monitors.add(monitor);
                monitor.close();
                return 0;
            }
        });
        try (CapturedLog log = CapturedLog.start()) {
            clock.runDue();
            assertThat(log.lines()).isEmpty();
        }
        assertThat(monitors).hasSize(1);
        assertThat(verdicts).isEmpty();
    }

    @Test
    void saysThatItIsOverWhenTheSchedulerShutsDown() {
        scheduler = (task, delay) -> {
            throw new RejectedExecutionException("shut down");
        };
        try (CapturedLog log = CapturedLog.start()) {
            track(probing(new ScriptedProbe(), exact().build()), ONE);
            assertThat(log.lines()).singleElement().asString().contains("10.0.0.1:80 is not probed any more");
        }
    }

    @Test
    void startsNoProbeWhenItIsClosed() {
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = CompletableFuture::new;
        HealthMonitor monitor = probing(probe, exact().maxConcurrent(1).build());
        for (int i = 0; i < 5; i++) {
            track(monitor, ServiceInstance.of("10.0.0." + i + ":80"));
        }
        clock.runDue();
        monitor.close();
        assertThat(probe.asked).isEqualTo(1);
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void endsAllOfThemThoughTheExecutorThrowsWhatever() {
        List<CompletableFuture<ProbeResult>> pending = new ArrayList<>();
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = () -> {
            CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
            pending.add(answer);
            return answer;
        };
        HealthMonitor monitor = probing(probe, exact().build());
        for (int i = 0; i < 5; i++) {
            track(monitor, ServiceInstance.of("10.0.0." + i + ":80"));
        }
        clock.runDue();
        executor = task -> {
            throw new IllegalStateException("expected");
        };
        monitor.close();
        assertThat(pending).hasSize(5).allMatch(CompletableFuture::isCancelled);
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void ignoresAnAnswerThatArrivesAfterTheEnd() {
        CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = () -> answer;
        HealthMonitor monitor = probing(probe, exact().build());
        HealthMonitor.Tracker tracker = track(monitor, ONE);
        clock.runDue();
        tracker.stop();
        assertThat(answer).isCancelled();
        answer.complete(ProbeResult.well());
        clock.advance(INTERVAL.multipliedBy(10));
        assertThat(probe.asked).isEqualTo(1);
        assertThat(verdicts).isEmpty();
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void asksNoMoreThanTheAllowedNumberAtOnceAndForgetsNobody() {
        List<CompletableFuture<ProbeResult>> open = new ArrayList<>();
        ScriptedProbe probe = new ScriptedProbe();
        probe.answer = () -> {
            CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
            open.add(answer);
            return answer;
        };
        HealthMonitor monitor = probing(
                probe, exact().maxConcurrent(3).timeout(Duration.ofMinutes(1)).build());
        for (int i = 0; i < 10; i++) {
            track(monitor, ServiceInstance.of("10.0.0." + i + ":80"));
        }
        clock.advance(INTERVAL);
        assertThat(open).hasSize(3);
        for (int answered = 0; answered < 10; answered++) {
            open.get(answered).complete(ProbeResult.well());
        }
        assertThat(probe.instances).hasSize(10);
        monitor.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    @Test
    void spreadsThePhasesOfInstances() {
        random = new Random(7);
        Map<ServiceInstance, Duration> firstAsked = new HashMap<>();
        HealthMonitor monitor = probing(
                (instance, context) -> {
                    firstAsked.putIfAbsent(instance, clock.elapsed());
                    return CompletableFuture.completedFuture(ProbeResult.well());
                },
                exact().build());
        for (int i = 0; i < 200; i++) {
            track(monitor, ServiceInstance.of("10.0.0." + i + ":80"));
        }
        clock.advance(INTERVAL);
        int[] fifths = new int[5];
        firstAsked.values().forEach(time -> fifths[(int) (time.toMillis() / 1001)]++);
        assertThat(firstAsked).hasSize(200);
        for (int count : fifths) {
            assertThat(count).isBetween(16, 64); // 40 expected, more than 4 standard deviations
        }
    }

    /** Not even when they have all seen it fail at the same time. */
    @Test
    void manyClientsDoNotAskOneInstanceInStep() {
        int clients = 500;
        boolean[] well = {true};
        List<Duration> times = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            RandomGenerator own = new SplittableRandom(client);
            HealthContext context = new Context() {
                @Override
                public RandomGenerator random() {
                    return own;
                }
            };
            HealthPolicy.probing(
                            (instance, told) -> {
                                times.add(clock.elapsed());
                                return CompletableFuture.completedFuture(
                                        well[0] ? ProbeResult.well() : ProbeResult.sick("no"));
                            },
                            ProbeConfig.defaults())
                    .start(context)
                    .track(ONE, (status, reason) -> {});
        }
        clock.advance(Duration.ofSeconds(60));
        assertThat(most(times)).isLessThan(30); // in a tenth of a second, where 10 are expected
        well[0] = false;
        clock.advance(Duration.ofSeconds(30));
        times.clear();
        clock.advance(Duration.ofSeconds(30));
        assertThat(most(times)).isLessThan(90); // where 50 are expected
        well[0] = true;
        clock.advance(Duration.ofSeconds(15));
        times.clear();
        clock.advance(Duration.ofSeconds(60));
        assertThat(most(times)).isLessThan(30);
    }

    /** How many there were in the fullest tenth of a second. */
    private static int most(List<Duration> times) {
        Map<Long, Integer> counts = new HashMap<>();
        times.forEach(time -> counts.merge(time.toMillis() / 100, 1, Integer::sum));
        return Collections.max(counts.values());
    }

    @Test
    void jittersTheInterval() {
        random = new Random(7);
        List<Duration> times = new ArrayList<>();
        track(
                probing(
                        (instance, context) -> {
                            times.add(clock.elapsed());
                            return CompletableFuture.completedFuture(ProbeResult.well());
                        },
                        exact().jitter(0.2).build()),
                ONE);
        clock.advance(INTERVAL.multipliedBy(200));
        Set<Duration> gaps = new HashSet<>();
        for (int i = 1; i < times.size(); i++) {
            gaps.add(times.get(i).minus(times.get(i - 1)));
        }
        assertThat(gaps)
                .hasSizeGreaterThan(150)
                .allSatisfy(gap -> assertThat(gap).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6)));
    }

    @Test
    void skipsTwoOfThreeProbesWhileCallsSucceed() {
        ScriptedProbe probe = new ScriptedProbe();
        CountedCalls calls = new CountedCalls();
        probing(probe, exact().build()).track(ONE, calls);
        for (int interval = 0; interval < 30; interval++) {
            calls.successes++;
            clock.advance(INTERVAL);
        }
        assertThat(probe.asked).isEqualTo(1 + 30 / 3);
        clock.advance(INTERVAL.multipliedBy(9)); // no calls prove nothing
        assertThat(probe.asked).isEqualTo(11 + 9);
    }

    @Test
    void skipsNoProbeIfOneCallHasFailed() {
        ScriptedProbe probe = new ScriptedProbe();
        CountedCalls calls = new CountedCalls();
        probing(probe, exact().maxSkipped(1_000).build()).track(ONE, calls);
        clock.advance(INTERVAL.minusNanos(1));
        calls.successes += 100;
        calls.failures++;
        clock.advance(INTERVAL);
        assertThat(probe.asked).isEqualTo(2);
        for (int interval = 0; interval < 100; interval++) {
            calls.successes++;
            clock.advance(INTERVAL);
        }
        assertThat(probe.asked).isEqualTo(2);
    }

    /** The health check may know what calls do not see. */
    @Test
    void skipsNoProbeOfAnInstanceThatIsSickOrInDoubt() {
        ScriptedProbe probe = new ScriptedProbe();
        CountedCalls calls = new CountedCalls();
        probing(probe, exact().maxSkipped(1).build()).track(ONE, calls);
        clock.runDue();
        probe.answer = () -> CompletableFuture.completedFuture(ProbeResult.sick("about to leave"));
        for (int second = 0; second < 60; second++) {
            calls.successes++;
            clock.advance(Duration.ofSeconds(1));
        }
        assertThat(calls.statuses).containsExactly(HealthStatus.HEALTHY, HealthStatus.UNHEALTHY);
        assertThat(probe.asked).isEqualTo(1 + 1 + 50); // skipped at 5 s, in doubt at 10 s, then every second
    }

    @Test
    void skipsNothingWhereNoneIsAllowed() {
        ScriptedProbe probe = new ScriptedProbe();
        CountedCalls calls = new CountedCalls();
        probing(probe, exact().maxSkipped(0).build()).track(ONE, calls);
        for (int interval = 0; interval < 10; interval++) {
            calls.successes++;
            clock.advance(INTERVAL);
        }
        assertThat(probe.asked).isEqualTo(11);
    }

    @Test
    void probesASampleOfALargePoolAndForgetsNobody() {
        random = new Random(7);
        Map<ServiceInstance, Integer> asked = new HashMap<>();
        HealthMonitor monitor = probing(
                (instance, context) -> {
                    asked.merge(instance, 1, Integer::sum);
                    return CompletableFuture.completedFuture(ProbeResult.well());
                },
                exact().sampleAbove(10).build());
        for (int i = 0; i < 100; i++) {
            track(monitor, ServiceInstance.of("10.0.0." + i + ":80"));
        }
        clock.advance(INTERVAL.multipliedBy(20)); // twice the average
        assertThat(asked).hasSize(100);
        assertThat(verdicts).hasSize(100);
        asked.clear();
        clock.advance(INTERVAL.multipliedBy(100));
        int probes = asked.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(probes).isBetween(900, 1100);
        assertThat(asked)
                .hasSize(100)
                .allSatisfy((instance, times) -> assertThat(times).isBetween(5, 20));
    }

    /** With a thousand it would be 200 a second. */
    @Test
    void probesTenThousandInstancesAsOftenAsAThousand() {
        random = new Random(7);
        ScriptedProbe probe = new ScriptedProbe();
        HealthMonitor monitor = probing(probe, ProbeConfig.defaults());
        for (int i = 0; i < 10_000; i++) {
            track(monitor, ServiceInstance.of("10.0." + i / 250 + "." + i % 250, 80));
        }
        clock.advance(Duration.ofSeconds(100));
        assertThat(verdicts).hasSize(10_000);
        probe.asked = 0;
        clock.advance(Duration.ofSeconds(100));
        assertThat(probe.asked).isBetween(19_000, 21_000);
    }

    @Test
    void samplesTheSickByThemselves() {
        random = new Random(7);
        Set<ServiceInstance> sick = new HashSet<>();
        List<ServiceInstance> instances = new ArrayList<>();
        int[] asked = {0};
        HealthMonitor monitor = probing(
                (instance, context) -> {
                    if (!sick.contains(instance)) {
                        return CompletableFuture.completedFuture(ProbeResult.well());
                    }
                    asked[0]++;
                    return CompletableFuture.completedFuture(ProbeResult.sick("no"));
                },
                exact().sampleAbove(10).build());
        for (int i = 0; i < 100; i++) {
            instances.add(ServiceInstance.of("10.0.0." + i + ":80"));
            track(monitor, instances.get(i));
        }
        sick.addAll(instances.subList(0, 5));
        clock.advance(INTERVAL.multipliedBy(40));
        asked[0] = 0;
        clock.advance(Duration.ofSeconds(100));
        assertThat(asked[0]).isEqualTo(5 * 100);
        sick.addAll(instances.subList(5, 40));
        clock.advance(INTERVAL.multipliedBy(40));
        asked[0] = 0;
        clock.advance(Duration.ofSeconds(100));
        assertThat(asked[0]).isBetween(900, 1100); // ten a second, not forty
    }

    @Test
    void probesEachInEveryIntervalAgainWhenThePoolIsSmallAgain() {
        ScriptedProbe probe = new ScriptedProbe();
        HealthMonitor monitor = probing(probe, exact().sampleAbove(1).build());
        track(monitor, ONE);
        List<HealthMonitor.Tracker> others = new ArrayList<>();
        for (int i = 2; i < 100; i++) {
            others.add(track(monitor, ServiceInstance.of("10.0.0." + i + ":80")));
        }
        others.forEach(HealthMonitor.Tracker::stop);
        clock.runDue();
        probe.asked = 0;
        clock.advance(INTERVAL.multipliedBy(10));
        assertThat(probe.asked).isEqualTo(10);
    }

    /** That our own threads are busy says nothing of the instance. */
    @Test
    void givesNoVerdictWhenTheExecutorRejectsOrStarvesProbes() {
        executor = task -> {
            throw new RejectedExecutionException("full");
        };
        ScriptedProbe probe = new ScriptedProbe();
        track(probing(probe, exact().build()), ONE);
        clock.advance(INTERVAL.multipliedBy(3));
        executor = task -> {
            throw new OutOfMemoryError("no thread, as expected");
        };
        clock.advance(INTERVAL.multipliedBy(3));
        Queue<Runnable> stuck = new ArrayDeque<>();
        executor = stuck::add;
        clock.advance(INTERVAL.multipliedBy(3));
        assertThat(verdicts).isEmpty();
        assertThat(probe.asked).isZero();
        assertThat(stuck).hasSize(1); // no second one for this instance while the first is in the queue
        executor = Runnable::run;
        stuck.remove().run();
        clock.advance(INTERVAL.multipliedBy(3));
        assertThat(verdicts).containsExactly("10.0.0.1:80 HEALTHY: probe passed");
    }

    @Test
    void interruptsABlockingProbeWhenItsTimeIsUp() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        executor = threads;
        try {
            HealthMonitor monitor = probing(
                    HealthProbe.blocking((instance, context) -> {
                        asked.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException ended) {
                            interrupted.countDown();
                            throw ended;
                        }
                        return ProbeResult.well();
                    }),
                    exact().build());
            track(monitor, ONE);
            clock.runDue();
            assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
            clock.advance(TIMEOUT);
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            monitor.close();
        } finally {
            threads.shutdownNow();
        }
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(verdicts).contains("10.0.0.1:80 UNHEALTHY: probe failed: no answer within PT1S");
    }

    @Test
    void runsABlockingProbeAndKnowsItsContext() {
        AtomicBoolean right = new AtomicBoolean();
        track(
                probing(
                        HealthProbe.blocking((instance, context) -> {
                            right.set(context.serviceName().equals("orders")
                                    && context.timeout().equals(TIMEOUT));
                            return ProbeResult.well();
                        }),
                        exact().build()),
                ONE);
        clock.advance(INTERVAL);
        assertThat(right).isTrue();
        assertThat(verdicts).hasSize(1);
    }

    private static final class CountedCalls implements HealthReport {

        private final List<HealthStatus> statuses = new ArrayList<>();
        private long successes;
        private long failures;

        @Override
        public void status(HealthStatus status, String reason) {
            statuses.add(status);
        }

        @Override
        public long successes() {
            return successes;
        }

        @Override
        public long failures() {
            return failures;
        }
    }

    @FunctionalInterface
    private interface Answer {
        CompletionStage<ProbeResult> give();
    }

    private static final class ScriptedProbe implements HealthProbe {

        private final Set<ServiceInstance> instances = new HashSet<>();
        private int asked;
        private Answer answer = () -> CompletableFuture.completedFuture(ProbeResult.well());

        @Override
        public CompletionStage<ProbeResult> check(ServiceInstance instance, ProbeContext context) {
            asked++;
            instances.add(instance);
            return answer.give();
        }
    }

    private class Context implements HealthContext {

        @Override
        public String serviceName() {
            return "orders";
        }

        @Override
        public Ticker ticker() {
            return clock;
        }

        @Override
        public Scheduler scheduler() {
            return scheduler;
        }

        @Override
        public Executor executor() {
            return task -> executor.execute(task);
        }

        @Override
        public RandomGenerator random() {
            return random;
        }
    }
}
