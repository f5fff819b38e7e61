package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharedThreadsTest {

    private static final ProbeConfig OFTEN =
            ProbeConfig.builder().interval(Duration.ofMillis(10)).build();

    @Test
    void areThereFromTheFirstBalancerToTheLast() throws Exception {
        CountDownLatch heard = new CountDownLatch(2);
        LoadBalancerListener listener = onJoined(heard::countDown);
        LoadBalancer first = balancer(listener);
        LoadBalancer second = balancer(listener);
        assertThat(heard.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ourThreads()).isNotEmpty().allMatch(Thread::isDaemon);
        first.close();
        first.close();
        second.addListener(listener);
        assertThat(ourThreads()).isNotEmpty();
        second.close();
        Eventually.noThreadsNamed("evenkeel-"); // one may be just starting, to run what listeners have still to hear

        LoadBalancer third = balancer(new LoadBalancerListener() {});
        third.close();
        Eventually.noThreadsNamed("evenkeel-"); // one may be just starting, to run what listeners have still to hear
    }

    /** More of them than any pool of ours has threads. */
    @Test
    void sourcesThatHangHoldUpNothingElse() throws Exception {
        int many = 20;
        CountDownLatch hanging = new CountDownLatch(many);
        InstanceSource hangs = InstanceSource.polling(
                service -> {
                    hanging.countDown();
                    new CountDownLatch(1).await();
                    return List.of();
                },
                Duration.ofSeconds(1));
        List<LoadBalancer> stuck = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            stuck.add(LoadBalancer.builder("stuck").source(hangs).build());
        }
        assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
        CountDownLatch heard = new CountDownLatch(1);
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(InstanceSource.polling(
                        service -> List.of(ServiceInstance.of("127.0.0.1:1")), Duration.ofSeconds(1)))
                .listener(onJoined(heard::countDown))
                .firstListTimeout(Duration.ofSeconds(30))
                .build();
        orders.acquireAsync().get(30, TimeUnit.SECONDS).succeeded();
        assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
        orders.close();
        stuck.forEach(LoadBalancer::close);
        for (Thread thread : ourThreads()) {
            thread.join(10_000);
        }
        assertThat(ourThreads()).isEmpty();
    }

    /** More of them than a balancer has threads for. */
    @Test
    void probesThatHangHoldUpNoneOfAnotherBalancer() throws Exception {
        CountDownLatch hanging = new CountDownLatch(8);
        CountDownLatch goOn = new CountDownLatch(1);
        LoadBalancer stuck = LoadBalancer.builder("stuck")
                .instances(IntStream.rangeClosed(1, 20)
                        .mapToObj(port -> ServiceInstance.of("127.0.0.1", port))
                        .toList())
                .healthCheck(
                        HealthProbe.blocking((instance, context) -> {
                            hanging.countDown();
                            Uninterruptibles.awaitUninterruptibly(goOn);
                            return ProbeResult.well();
                        }),
                        OFTEN)
                .build();
        assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
        CountDownLatch probed = new CountDownLatch(1);
        LoadBalancer orders = LoadBalancer.builder("orders")
                .instances("127.0.0.1:1")
                .healthCheck(
                        (instance, context) -> {
                            probed.countDown();
                            return CompletableFuture.completedFuture(ProbeResult.well());
                        },
                        OFTEN)
                .build();
        assertThat(probed.await(30, TimeUnit.SECONDS)).isTrue();
        goOn.countDown();
        orders.close();
        stuck.close();
        Eventually.noThreadsNamed("evenkeel-");
    }

    @Test
    void listenersThatHangHoldUpNothingElse() throws Exception {
        int many = 20;
        CountDownLatch hanging = new CountDownLatch(many);
        CountDownLatch goOn = new CountDownLatch(1);
        List<LoadBalancer> balancers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            balancers.add(LoadBalancer.builder("stuck")
                    .instances("127.0.0.1:1")
                    .listener(onJoined(() -> {
                        hanging.countDown();
                        Uninterruptibles.awaitUninterruptibly(goOn);
                    }))
                    .build());
        }
        assertThat(hanging.await(30, TimeUnit.SECONDS)).isTrue();
        CountDownLatch heard = new CountDownLatch(1);
        ScriptedSource late = new ScriptedSource();
        LoadBalancer orders = LoadBalancer.builder("orders")
                .source(late)
                .listener(onJoined(heard::countDown))
                .firstListTimeout(Duration.ofSeconds(30))
                .build();
        CompletableFuture<Lease> waiting = orders.acquireAsync();
        late.deliver(ServiceInstance.of("127.0.0.1:1"));
        waiting.get(30, TimeUnit.SECONDS).succeeded();
        assertThat(heard.await(30, TimeUnit.SECONDS)).isTrue();
        goOn.countDown();
        balancers.add(orders);
        balancers.forEach(LoadBalancer::close);
        Eventually.noThreadsNamed("evenkeel-");
    }

    private static LoadBalancerListener onJoined(Runnable action) {
        return new LoadBalancerListener() {
            @Override
            public void joined(String serviceName, ServiceInstance instance) {
                action.run();
            }
        };
    }

    private static LoadBalancer balancer(LoadBalancerListener listener) {
        return LoadBalancer.builder("orders")
                .instances("127.0.0.1:1")
                .healthCheck(HealthProbe.tcp(), OFTEN)
                .listener(listener)
                .build();
    }

    private static List<Thread> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("evenkeel-"))
                .toList();
    }
}
