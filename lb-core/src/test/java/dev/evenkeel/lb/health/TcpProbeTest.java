package dev.evenkeel.lb.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.FakeProbeContext;
import dev.evenkeel.lb.testkit.VirtualClock;
import dev.evenkeel.lb.time.Scheduler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class TcpProbeTest {

    private final VirtualClock clock = new VirtualClock();

    @Test
    void isWellWhereAConnectionCanBeMade() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(answer(server.getLocalPort()).isWell()).isTrue();
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInputStream().read()).isEqualTo(-1); // hung up without a word
            }
        }
    }

    @Test
    void isSickWhereAConnectionIsRefused() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        ProbeResult result = answer(port);
        assertThat(result.isWell()).isFalse();
        assertThat(result.reason()).startsWith("ConnectException: Connection refused");
    }

    @Test
    void hasNoAnswerWhereNobodyAnswersAndLooksNoMoreWhenItIsCancelled() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            CompletableFuture<ProbeResult> answer = ask(hole.port());
            clock.advance(Duration.ofSeconds(10));
            assertThat(answer).isNotDone();
            assertThat(clock.pendingTasks()).isEqualTo(1);
            answer.cancel(true);
            clock.advance(Duration.ofSeconds(10));
            assertThat(clock.pendingTasks()).isZero();
        }
    }

    /** Whoever does not answer at all leaves a socket open. */
    @Test
    void answersWhenItCannotLookAgainAsTheSchedulerIsShutDown() throws Exception {
        try (BlackHole hole = new BlackHole()) {
            for (int looks = 0; looks < 3; looks++) {
                int[] left = {looks};
                Scheduler shutDown = (task, delay) -> {
                    if (left[0]-- == 0) {
                        throw new RejectedExecutionException("shut down");
                    }
                    return clock.schedule(task, delay);
                };
                CompletableFuture<ProbeResult> answer = ask(hole.port(), shutDown);
                clock.advance(Duration.ofSeconds(1));
                assertThat(answer).isCompleted();
                assertThat(answer.join().localFault()).isNotNull();
            }
        }
    }

    @Test
    void isSickWhereTheNameIsUnknown() throws Exception {
        ProbeResult result = HealthProbe.tcp()
                .check(ServiceInstance.of("no-such-host.invalid:80"), context(Duration.ofSeconds(1)))
                .toCompletableFuture()
                .get();
        assertThat(result.isWell()).isFalse();
        assertThat(result.reason()).startsWith("UnknownHostException");
    }

    private CompletableFuture<ProbeResult> ask(int port) {
        return ask(port, clock);
    }

    private static CompletableFuture<ProbeResult> ask(int port, Scheduler scheduler) {
        ServiceInstance instance =
                ServiceInstance.of(InetAddress.getLoopbackAddress().getHostAddress(), port);
        ProbeContext context = new FakeProbeContext(Duration.ofSeconds(5), scheduler);
        return HealthProbe.tcp().check(instance, context).toCompletableFuture();
    }

    private ProbeResult answer(int port) {
        CompletableFuture<ProbeResult> answer = ask(port);
        while (!answer.isDone()) { // the other end is the kernel, which has a clock of its own
            clock.advance(Duration.ofMillis(1));
            Thread.onSpinWait();
        }
        return answer.join();
    }

    private ProbeContext context(Duration timeout) {
        return new FakeProbeContext(timeout, clock);
    }

    /** Nobody accepts and the queue is full, so that nothing answers: it needs no special network. */
    private static final class BlackHole implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        private final List<SocketChannel> queued = new ArrayList<>();

        BlackHole() throws IOException {
            for (int i = 0; i < 8; i++) { // more than a backlog of one takes
                SocketChannel channel = SocketChannel.open();
                queued.add(channel);
                channel.configureBlocking(false);
                channel.connect(server.getLocalSocketAddress());
            }
        }

        int port() {
            return server.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            for (SocketChannel channel : queued) {
                channel.close();
            }
            server.close();
        }
    }
}
