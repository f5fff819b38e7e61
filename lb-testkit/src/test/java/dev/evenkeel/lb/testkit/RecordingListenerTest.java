package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import org.junit.jupiter.api.Test;

class RecordingListenerTest {

    private static final ServiceInstance ONE = ServiceInstance.of("10.0.0.1:80");

    private final RecordingListener listener = new RecordingListener();

    @Test
    void writesDownWhatItHears() {
        listener.joined("orders", ONE);
        listener.healthChanged("orders", ONE, HealthStatus.UNKNOWN, HealthStatus.HEALTHY, "probe passed");
        listener.draining("orders", ONE);
        listener.returned("orders", ONE);
        listener.failOpenChanged("orders", true);
        listener.left("orders", ONE);
        listener.closed("orders");
        assertThat(listener.takeLines())
                .containsExactly(
                        "joined 10.0.0.1:80",
                        "10.0.0.1:80 UNKNOWN -> HEALTHY",
                        "draining 10.0.0.1:80",
                        "returned 10.0.0.1:80",
                        "fail-open",
                        "left 10.0.0.1:80",
                        "closed");
        assertThat(listener.lines()).isEmpty();
    }

    @Test
    void noticesAnEndWithoutItsBegin() {
        listener.left("orders", ONE);
        listener.joined("orders", ONE);
        listener.joined("orders", ONE);
        listener.closed("orders");
        listener.left("orders", ONE);
        assertThat(listener.lines())
                .containsExactly(
                        "BROKEN left 10.0.0.1:80",
                        "joined 10.0.0.1:80",
                        "BROKEN joined 10.0.0.1:80",
                        "closed",
                        "BROKEN left 10.0.0.1:80");
    }
}
