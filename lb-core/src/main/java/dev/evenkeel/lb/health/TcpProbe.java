package dev.evenkeel.lb.health;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Connects and hangs up. Blocks one thread of the executor for at most the time-out. */
final class TcpProbe implements HealthProbe {

    static final TcpProbe INSTANCE = new TcpProbe();

    private TcpProbe() {}

    @Override
    public CompletionStage<ProbeResult> check(ServiceInstance instance, ProbeContext context) {
        try (Socket socket = new Socket()) {
            socket.connect(instance.address(), (int)
                    Math.min(Integer.MAX_VALUE, context.timeout().toMillis()));
            return CompletableFuture.completedFuture(ProbeResult.well());
        } catch (IOException failure) {
            return CompletableFuture.completedFuture(ProbeResult.sick(failure));
        }
    }

    @Override
    public String toString() {
        return "tcp";
    }
}
