package dev.evenkeel.lb.health;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.time.Scheduler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Connects and hangs up. Blocks no thread while the connection is being made, so that any number of addresses that do not
 * answer can be asked at once: it looks again on the scheduler, soon at first, then less often.
 */
final class TcpProbe implements HealthProbe {

    static final TcpProbe INSTANCE = new TcpProbe();

    private static final Duration FIRST_LOOK = Duration.ofMillis(1);
    private static final Duration LAST_LOOK = Duration.ofMillis(50);

    private TcpProbe() {}

    @Override
    public CompletionStage<ProbeResult> check(ServiceInstance instance, ProbeContext context) {
        CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
        try {
            InetSocketAddress address = instance.address();
            if (address.isUnresolved()) {
                throw new UnknownHostException(instance.host());
            }
            SocketChannel channel = SocketChannel.open();
            var unused = answer.whenComplete((result, failure) -> close(channel)); // also when it is cancelled
            channel.configureBlocking(false);
            if (channel.connect(address)) {
                answer.complete(ProbeResult.well());
            } else {
                look(channel, answer, context.scheduler(), FIRST_LOOK);
            }
        } catch (IOException | RuntimeException failure) { // such as an address of a family that this machine has not
            answer.complete(ProbeResult.sick(failure));
        }
        return answer;
    }

    private static void look(
            SocketChannel channel, CompletableFuture<ProbeResult> answer, Scheduler scheduler, Duration delay) {
        if (answer.isDone()) {
            return;
        }
        try {
            if (channel.finishConnect()) {
                answer.complete(ProbeResult.well());
                return;
            }
            Duration next = delay.multipliedBy(3).dividedBy(2);
            Duration bounded = next.compareTo(LAST_LOOK) < 0 ? next : LAST_LOOK;
            scheduler.schedule(() -> look(channel, answer, scheduler, bounded), delay);
        } catch (IOException | RuntimeException failure) { // also of a scheduler that is shut down
            answer.complete(ProbeResult.sick(failure));
        }
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // nothing was sent, nothing is lost
        }
    }

    @Override
    public String toString() {
        return "tcp";
    }
}
