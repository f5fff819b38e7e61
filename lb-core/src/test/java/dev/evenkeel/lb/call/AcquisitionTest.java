package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.NoInstanceAvailableException;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class AcquisitionTest {

    @Test
    void getsALease() throws Exception {
        try (LoadBalancer orders =
                        LoadBalancer.builder("orders").instances("10.0.0.1:80").build();
                Lease lease = Acquisition.await(orders, PickRequest.EMPTY)) {
            assertThat(lease.instance().host()).isEqualTo("10.0.0.1");
        }
    }

    @Test
    void failsWithWhatCallersOfAClientCatch() {
        LoadBalancer orders =
                LoadBalancer.builder("orders").source(new InMemoryRegistry()).build();
        assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> Acquisition.await(orders, PickRequest.EMPTY))
                .withMessage("orders: no instance available (0 known)")
                .withCauseExactlyInstanceOf(NoInstanceAvailableException.class);
        orders.close();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Acquisition.await(orders, PickRequest.EMPTY))
                .withMessage("orders: the load balancer is closed")
                .withCauseExactlyInstanceOf(IllegalStateException.class);
    }

    @Test
    void leavesNoLeaseBehindWhenItIsInterrupted() {
        AtomicReference<InstanceSink> sink = new AtomicReference<>();
        LoadBalancer orders = LoadBalancer.builder("orders")
                .firstListTimeout(Duration.ofHours(1))
                .executor(Runnable::run)
                .source(subscriber -> {
                    sink.set(subscriber);
                    return () -> {};
                })
                .build();
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> Acquisition.await(orders, PickRequest.EMPTY));
        sink.get().update(List.of(ServiceInstance.of("10.0.0.1:80")));
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(orders.snapshot().instance("10.0.0.1:80").picks()).isZero();
        orders.close();
    }

    @Test
    void leavesAnIoExceptionAsItIs() {
        EOFException end = new EOFException();
        assertThat(Acquisition.asIOException(new CompletionException(new ExecutionException(end))))
                .isSameAs(end);
        assertThat(Acquisition.asIOException(new IllegalArgumentException("odd")))
                .hasMessage("IllegalArgumentException: odd");
    }
}
