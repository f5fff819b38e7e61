package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SharedThreadsTest {

    @Test
    void areThereFromTheFirstBalancerToTheLast() throws Exception {
        CountDownLatch heard = new CountDownLatch(2);
        LoadBalancerListener listener = new LoadBalancerListener() {
            @Override
            public void joined(String serviceName, ServiceInstance instance) {
                heard.countDown();
            }
        };
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
                .listener(new LoadBalancerListener() {
                    @Override
                    public void joined(String serviceName, ServiceInstance instance) {
                        heard.countDown();
                    }
                })
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

    private static LoadBalancer balancer(LoadBalancerListener listener) {
        return LoadBalancer.builder("orders")
                .instances("127.0.0.1:1")
                .healthCheck(
                        HealthProbe.tcp(),
                        ProbeConfig.builder().interval(Duration.ofMillis(10)).build())
                .listener(listener)
                .build();
    }

    private static List<Thread> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("evenkeel-"))
                .toList();
    }
}
