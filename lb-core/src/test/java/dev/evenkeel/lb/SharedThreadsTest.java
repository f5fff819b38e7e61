package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.testkit.Eventually;
import java.time.Duration;
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
