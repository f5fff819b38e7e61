package dev.evenkeel.lb.socket;

import static dev.evenkeel.lb.socket.ScriptedSockets.HANGING;
import static dev.evenkeel.lb.socket.ScriptedSockets.REAL;
import static dev.evenkeel.lb.socket.ScriptedSockets.REFUSED;
import static dev.evenkeel.lb.socket.Services.outcomes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.NoInstanceAvailableException;
import dev.evenkeel.lb.PoolSaturatedException;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How sockets get their instance. */
@Timeout(60)
class ConnectingTest {

    private static final InetSocketAddress LOGICAL = InetSocketAddress.createUnresolved("orders.invalid", 1);

    private final Services services = new Services();
    private final VirtualClock clock = new VirtualClock();

    @AfterEach
    void nothingIsLeft() throws IOException {
        services.close();
    }

    /** Names that nobody knows and addresses where nobody is. */
    @Test
    void connectsWhateverTheAddressAndLooksNothingUp() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.orders(server);
        BalancedSocketFactory sockets = BalancedSocketFactory.to(orders);
        InetAddress loopback = InetAddress.getLoopbackAddress();
        InetAddress nobody = InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1});
        Socket unconnected = sockets.createSocket();
        unconnected.connect(LOGICAL);
        for (Socket socket : List.of(
                unconnected,
                sockets.createSocket("orders.invalid", 1),
                sockets.createSocket("orders.invalid", 1, loopback, 0),
                sockets.createSocket(nobody, 1),
                sockets.createSocket(nobody, 1, loopback, 0))) {
            assertThat(socket.isConnected()).isTrue();
            assertThat(socket.getRemoteSocketAddress())
                    .isEqualTo(server.instance().address());
            assertThat(BalancedSocketFactory.instance(socket)).contains(server.instance());
            socket.close();
        }
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(5);
    }

    @Test
    void isInFlightFromThePickUntilItIsClosed() throws Exception {
        LoadBalancer orders = services.orders(services.server());
        ScriptedSockets below = new ScriptedSockets((socket, address, timeoutMillis) -> {
            assertThat(orders.snapshot().inFlight()).isEqualTo(1);
            socket.reallyConnect(address, timeoutMillis);
        });
        Socket socket =
                BalancedSocketFactory.builder(orders).sockets(below).build().createSocket();
        assertThat(orders.snapshot().inFlight()).isZero();
        socket.connect(LOGICAL);
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        assertThat(orders.snapshot().instances().get(0).waiting())
                .as("it has answered")
                .isZero();
        socket.close();
        assertThat(orders.snapshot().inFlight()).isZero();
    }

    @Test
    void anInstanceIsAsFastAsItConnects() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.build(inVirtualTime(List.of(server.instance())));
        ScriptedSockets below = new ScriptedSockets((socket, address, timeoutMillis) -> {
            clock.advance(Duration.ofMillis(30));
            socket.reallyConnect(address, timeoutMillis);
        });
        Socket socket =
                BalancedSocketFactory.builder(orders).sockets(below).build().createSocket("orders", 1);
        clock.advance(Duration.ofHours(1));
        socket.close();
        assertThat(orders.snapshot().instances().get(0).latency()).isEqualTo(Duration.ofMillis(30));
    }

    @Test
    void goesOnWhereNobodyListens() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.orders(List.of(services.refusing(), services.refusing(), server.instance()));
        try (Socket socket = BalancedSocketFactory.to(orders).createSocket("orders", 1)) {
            assertThat(BalancedSocketFactory.instance(socket)).contains(server.instance());
        }
        assertThat(outcomes(orders, Kind.NEVER_REACHED)).isEqualTo(2);
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void tellsWhatItHasTriedInVain() throws Exception {
        LoadBalancer orders = services.orders(List.of(services.refusing(), services.refusing()));
        Socket socket = BalancedSocketFactory.to(orders).createSocket();
        Throwable failure = catchThrowable(() -> socket.connect(LOGICAL));
        assertThat(failure).isInstanceOf(ConnectException.class);
        assertThat(AttemptHistory.of(failure))
                .hasSize(2)
                .extracting(AttemptHistory.Entry::outcome)
                .containsOnly(Outcome.neverReached());
        assertThat(socket.isClosed()).isTrue();
        assertThat(socket.isConnected()).isFalse();
        assertThat(BalancedSocketFactory.instance(socket)).isEmpty();
    }

    @Test
    void goesOnWhereANameCannotBeLookedUp() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders =
                services.orders(List.of(ServiceInstance.of("no-such-host.invalid", 80), server.instance()));
        BalancedSocketFactory.to(orders).createSocket("orders", 1).close();
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void triesOneAloneIfToldTo() {
        LoadBalancer orders = services.build(inVirtualTime(addresses(3)));
        ScriptedSockets below = new ScriptedSockets(REFUSED);
        BalancedSocketFactory sockets = BalancedSocketFactory.builder(orders)
                .sockets(below)
                .retries(RetryPolicy.off())
                .connectTimeout(Duration.ofSeconds(3))
                .build();
        assertThatThrownBy(() -> sockets.createSocket("orders", 1)).isInstanceOf(ConnectException.class);
        assertThat(below.timeouts()).containsExactly(3000);
    }

    @Test
    void sharesTheTimeOutAmongTheAttempts() {
        assertThat(timeoutsOfSilence(5, 10_000)).containsExactly(2000, 2000, 2000, 2000, 2000);
        assertThat(timeoutsOfSilence(7, 15_000)).containsExactly(3000, 3000, 3000, 3000, 3000);
        assertThat(timeoutsOfSilence(2, 10_000)).containsExactly(5000, 5000);
        assertThat(timeoutsOfSilence(1, 10_000)).containsExactly(10_000);
        assertThat(timeoutsOfSilence(4, 800)).containsExactly(400, 200, 100, 100);
        assertThat(timeoutsOfSilence(2, 0)).as("the default").containsExactly(5000, 5000);
    }

    /** How long each attempt may take where nobody ever answers. */
    private List<Integer> timeoutsOfSilence(int instances, int timeoutMillis) {
        Duration before = clock.elapsed();
        LoadBalancer orders = services.build(inVirtualTime(addresses(instances)));
        ScriptedSockets below = new ScriptedSockets((socket, address, millis) -> {
            clock.advance(Duration.ofMillis(millis));
            throw new SocketTimeoutException("Connect timed out");
        });
        Throwable failure = catchThrowable(() -> BalancedSocketFactory.builder(orders)
                .sockets(below)
                .build()
                .createSocket()
                .connect(LOGICAL, timeoutMillis));
        assertThat(failure).isInstanceOf(SocketTimeoutException.class);
        assertThat(AttemptHistory.of(failure))
                .extracting(AttemptHistory.Entry::outcome)
                .containsOnly(Outcome.connectTimedOut());
        assertThat(clock.elapsed().minus(before))
                .isEqualTo(timeoutMillis == 0 ? Duration.ofSeconds(10) : Duration.ofMillis(timeoutMillis));
        return below.timeouts();
    }

    /** Where the socket below does not heed its time-out, such as one that looks a name up for long. */
    @Test
    void endsWithItsTimeWhateverTheSocketBelowDoes() throws Exception {
        LoadBalancer orders = services.build(inVirtualTime(addresses(1)));
        ScriptedSockets below = new ScriptedSockets(HANGING);
        Socket socket =
                BalancedSocketFactory.builder(orders).sockets(below).build().createSocket();
        CompletableFuture<Throwable> failure = inBackground(() -> socket.connect(LOGICAL, 5_000));
        below.awaitHanging();
        clock.advance(Duration.ofSeconds(5));
        assertThat(failure.get(20, TimeUnit.SECONDS)).isInstanceOf(SocketTimeoutException.class);
        assertThat(socket.isClosed()).isTrue();
        assertThat(outcomes(orders, Kind.NEVER_REACHED)).isEqualTo(1);
    }

    @Test
    void endsAnAttemptWithItsOwnTime() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.build(inVirtualTime(List.of(addresses(1).get(0), server.instance()))
                .strategy(candidates -> request -> candidates.get(0)));
        ScriptedSockets below = new ScriptedSockets(HANGING, REAL);
        Socket socket = BalancedSocketFactory.builder(orders)
                .sockets(below)
                .connectTimeout(Duration.ofMinutes(1))
                .retries(RetryPolicy.builder()
                        .attemptTimeout(Duration.ofSeconds(20))
                        .build())
                .build()
                .createSocket();
        CompletableFuture<Throwable> failure = inBackground(() -> socket.connect(LOGICAL));
        below.awaitHanging();
        clock.advance(Duration.ofSeconds(20));
        assertThat(failure.get(20, TimeUnit.SECONDS)).isNull();
        assertThat(BalancedSocketFactory.instance(socket)).contains(server.instance());
        assertThat(below.timeouts()).containsExactly(20_000, 20_000);
        socket.close();
        assertThat(outcomes(orders, Kind.NEVER_REACHED)).isEqualTo(1);
    }

    private LoadBalancerBuilder inVirtualTime(List<ServiceInstance> instances) {
        return LoadBalancer.builder("orders")
                .instances(instances)
                .ticker(clock)
                .wallClock(clock)
                .scheduler(clock)
                .executor(Runnable::run);
    }

    @Test
    void saysWhyThereIsNoInstance() {
        LoadBalancer orders = services.build(LoadBalancer.builder("orders").source(new InMemoryRegistry()));
        assertThatThrownBy(() -> BalancedSocketFactory.to(orders).createSocket("orders", 1))
                .isInstanceOf(ConnectException.class)
                .hasCauseInstanceOf(NoInstanceAvailableException.class);
        orders.close();
        assertThatThrownBy(() -> BalancedSocketFactory.to(orders).createSocket("orders", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void waitsForAPlaceWhereThereIsAQueue() throws Exception {
        EchoServer server = services.server();
        LoadBalancer full = services.build(LoadBalancer.builder("orders")
                .instances(List.of(server.instance()))
                .maxInFlightPerInstance(1));
        try (Socket open = BalancedSocketFactory.to(full).createSocket("orders", 1)) {
            assertThat(open.isConnected()).isTrue();
            assertThatThrownBy(() -> BalancedSocketFactory.to(full).createSocket("orders", 1))
                    .isInstanceOf(ConnectException.class)
                    .hasCauseInstanceOf(PoolSaturatedException.class);
        }
        LoadBalancer orders = services.build(LoadBalancer.builder("orders")
                .instances(List.of(server.instance()))
                .maxInFlightPerInstance(1)
                .queue(1, Duration.ofMinutes(1)));
        Socket open = BalancedSocketFactory.to(orders).createSocket("orders", 1);
        Socket next = BalancedSocketFactory.to(orders).createSocket();
        CompletableFuture<Throwable> failure = inBackground(() -> next.connect(LOGICAL, 30_000));
        Eventually.until("it waits", () -> orders.snapshot().waiting() == 1);
        open.close();
        assertThat(failure.get(20, TimeUnit.SECONDS)).isNull();
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        next.close();
    }

    @Test
    void whatIsOpenGoesOnWhenItsInstanceLeaves() throws Exception {
        EchoServer leaving = services.server();
        EchoServer staying = services.server();
        InMemoryRegistry registry = new InMemoryRegistry();
        registry.register("orders", leaving.instance());
        registry.register("orders", staying.instance());
        LoadBalancer orders = services.build(LoadBalancer.builder("orders").source(registry));
        String id = leaving.instance().id();
        Socket open = BalancedSocketFactory.to(orders)
                .with(PickRequest.builder().only(id).build())
                .createSocket("orders", 1);
        registry.deregister("orders", id);
        assertThat(orders.snapshot().instance(id).isDraining()).isTrue();
        for (int i = 0; i < 4; i++) {
            try (Socket another = BalancedSocketFactory.to(orders).createSocket("orders", 1)) {
                assertThat(BalancedSocketFactory.instance(another)).contains(staying.instance());
            }
        }
        open.getOutputStream().write('x');
        assertThat(open.getInputStream().read()).isEqualTo('x');
        open.close();
        Eventually.until("it is gone", () -> orders.snapshot().find(id).isEmpty());
    }

    @Test
    void saysSomethingOfEachPick() throws Exception {
        EchoServer one = services.server();
        EchoServer two = services.server();
        LoadBalancer orders = services.orders(one, two);
        BalancedSocketFactory toTwo = BalancedSocketFactory.to(orders)
                .with(PickRequest.builder().only(two.instance().id()).build());
        for (int i = 0; i < 3; i++) {
            try (Socket socket = toTwo.createSocket("orders", 1)) {
                assertThat(BalancedSocketFactory.instance(socket)).contains(two.instance());
            }
        }
    }

    @Test
    void aLackOnOurSideIsNotHeldAgainstTheInstance() {
        LoadBalancer orders = services.orders(addresses(2));
        ScriptedSockets below = new ScriptedSockets((socket, address, timeoutMillis) -> {
            throw new SocketException("Too many open files");
        });
        assertThatThrownBy(() -> BalancedSocketFactory.builder(orders)
                        .sockets(below)
                        .build()
                        .createSocket("orders", 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no file descriptor is left");
        assertThat(below.dialled).hasSize(1);
        assertThat(outcomes(orders, Kind.LOCAL_FAULT)).isEqualTo(1);
    }

    @Test
    void aFactoryThatThrowsIsNotHeldAgainstTheInstance() throws Exception {
        LoadBalancer orders = services.orders(addresses(3));
        ScriptedSockets below = new ScriptedSockets(REFUSED) {
            @Override
            public Socket createSocket() {
                if (!dialled.isEmpty()) {
                    throw new IllegalStateException("no proxy");
                }
                return super.createSocket();
            }
        };
        assertThatThrownBy(() -> BalancedSocketFactory.builder(orders)
                        .sockets(below)
                        .build()
                        .createSocket("orders", 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no proxy");
        assertThat(outcomes(orders, Kind.NEVER_REACHED)).isEqualTo(1);
        assertThat(outcomes(orders, Kind.LOCAL_FAULT)).isEqualTo(1);
        assertThat(outcomes(orders, Kind.FAILED)).isZero();
    }

    /** Such as a port to bind to that is taken meanwhile. */
    @Test
    void whatFailsBeforeAnAttemptIsNotHeldAgainstTheInstance() throws Exception {
        LoadBalancer orders = services.orders(addresses(3));
        ScriptedSockets below = new ScriptedSockets(REFUSED) {
            @Override
            public Socket createSocket() {
                return dialled.isEmpty()
                        ? super.createSocket()
                        : new Socket() {
                            @Override
                            public void bind(SocketAddress address) throws IOException {
                                throw new BindException("Address already in use");
                            }
                        };
            }
        };
        try (Socket socket =
                BalancedSocketFactory.builder(orders).sockets(below).build().createSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            assertThat(socket.isBound()).isTrue();
            assertThatThrownBy(() -> socket.connect(LOGICAL)).isInstanceOf(BindException.class);
        }
        assertThat(below.dialled).hasSize(1);
        assertThat(outcomes(orders, Kind.NEVER_REACHED)).isEqualTo(1);
        assertThat(outcomes(orders, Kind.LOCAL_FAULT)).isEqualTo(1);
    }

    @Test
    void optionsThatWereSetBeforeHoldInEachAttempt() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.orders(List.of(addresses(1).get(0), server.instance()));
        ScriptedSockets below = new ScriptedSockets(REFUSED, REAL);
        Socket socket =
                BalancedSocketFactory.builder(orders).sockets(below).build().createSocket();
        socket.setReuseAddress(true);
        socket.setPerformancePreferences(0, 1, 2);
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.setOOBInline(true);
        socket.setSoTimeout(12_345);
        socket.setSoLinger(true, 7);
        socket.setSendBufferSize(8192);
        socket.setReceiveBufferSize(16_384);
        socket.setTrafficClass(0x10);
        assertThat(socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true)).isSameAs(socket);
        List<Object> before = options(socket);
        socket.connect(LOGICAL);
        assertThat(below.dialled).hasSize(2);
        assertThat(options(socket)).isEqualTo(before).startsWith(true, true, true, 12_345, 7);
        assertThat(options(below.dialled.get(1).socket())).isEqualTo(before);
        assertThat(socket.isBound()).isTrue();
        socket.setTcpNoDelay(false);
        assertThat(socket.getTcpNoDelay()).isFalse();
        socket.close();
    }

    private static List<Object> options(Socket socket) throws IOException {
        return List.of(
                socket.getTcpNoDelay(),
                socket.getKeepAlive(),
                socket.getOOBInline(),
                socket.getSoTimeout(),
                socket.getSoLinger(),
                socket.getSendBufferSize(),
                socket.getReceiveBufferSize(),
                socket.getTrafficClass(),
                socket.getReuseAddress(),
                socket.getOption(StandardSocketOptions.TCP_NODELAY),
                socket.supportedOptions(),
                socket.getLocalAddress());
    }

    @Test
    void closingEndsAnAttemptAtOnce() throws Exception {
        LoadBalancer orders = services.orders(addresses(3));
        ScriptedSockets below = new ScriptedSockets(HANGING);
        Socket socket =
                BalancedSocketFactory.builder(orders).sockets(below).build().createSocket();
        CompletableFuture<Throwable> failure = inBackground(() -> socket.connect(LOGICAL));
        below.awaitHanging();
        socket.close();
        assertThat(orders.snapshot().inFlight()).isZero();
        assertThat(failure.get(20, TimeUnit.SECONDS))
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket closed");
        assertThat(below.dialled).as("no other one is tried").hasSize(1);
        assertThat(outcomes(orders, Kind.CANCELLED)).isEqualTo(1);
    }

    @Test
    void closingAtAnyMomentLeavesNothing() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.orders(server);
        ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = BalancedSocketFactory.to(orders).createSocket();
                Future<Throwable> failure = background.submit(() -> catchThrowable(() -> socket.connect(LOGICAL)));
                for (int spin = 0; spin < i * 20; spin++) {
                    Thread.onSpinWait();
                }
                socket.close();
                Throwable thrown = failure.get(20, TimeUnit.SECONDS);
                if (thrown != null) {
                    assertThat(thrown).isInstanceOf(SocketException.class);
                }
                assertThat(orders.snapshot().inFlight()).isZero();
            }
        } finally {
            background.shutdown();
        }
        Eventually.until("no connection is left", () -> server.openConnections() == 0);
    }

    @Test
    void closingEndsTheWaitForAnInstance() throws Exception {
        LoadBalancer orders = services.build(LoadBalancer.builder("orders").source(neverDelivering()));
        Socket socket = BalancedSocketFactory.to(orders).createSocket();
        FutureTask<Throwable> connecting = new FutureTask<>(() -> catchThrowable(() -> socket.connect(LOGICAL)));
        Thread thread = start(connecting);
        awaitWaiting(thread);
        socket.close();
        assertThat(connecting.get(20, TimeUnit.SECONDS))
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket closed");
    }

    @Test
    void anInterruptEndsTheWaitForAnInstance() throws Exception {
        LoadBalancer orders = services.build(LoadBalancer.builder("orders").source(neverDelivering()));
        Socket socket = BalancedSocketFactory.to(orders).createSocket();
        FutureTask<Boolean> connecting = new FutureTask<>(() -> {
            assertThat(catchThrowable(() -> socket.connect(LOGICAL))).isInstanceOf(InterruptedIOException.class);
            return Thread.currentThread().isInterrupted();
        });
        Thread thread = start(connecting);
        awaitWaiting(thread);
        thread.interrupt();
        assertThat(connecting.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(socket.isClosed()).isTrue();
    }

    @Test
    void connectsOnce() throws Exception {
        EchoServer server = services.server();
        LoadBalancer orders = services.orders(server);
        BalancedSocketFactory sockets = BalancedSocketFactory.to(orders);
        try (Socket socket = sockets.createSocket("orders", 1)) {
            assertThatThrownBy(() -> socket.connect(LOGICAL))
                    .isInstanceOf(SocketException.class)
                    .hasMessage("already connected");
            assertThat(socket.isClosed()).isFalse();
        }
        Socket closed = sockets.createSocket();
        closed.close();
        assertThatThrownBy(() -> closed.connect(LOGICAL))
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket is closed");
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void refusesWhatIsNoAddress() throws Exception {
        LoadBalancer orders = services.orders(services.server());
        BalancedSocketFactory sockets = BalancedSocketFactory.to(orders);
        try (Socket socket = sockets.createSocket()) {
            assertThatThrownBy(() -> socket.connect(null)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> socket.connect(LOGICAL, -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("timeoutMillis: -1 (expected: >= 0)");
        }
        assertThatThrownBy(() -> sockets.createSocket("orders", 65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> sockets.createSocket((InetAddress) null, 1)).isInstanceOf(NullPointerException.class);
    }

    @Test
    void refusesBadSettings() {
        LoadBalancer orders = services.orders(addresses(1));
        BalancedSocketFactory.Builder builder = BalancedSocketFactory.builder(orders);
        assertThatThrownBy(() -> builder.connectTimeout(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connectTimeout: PT0S (expected: PT0.001S..PT24H)");
        assertThatThrownBy(() -> builder.sockets(SSLSocketFactory.getDefault()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("factory: an SSLSocketFactory (expected: ");
        assertThatThrownBy(() -> BalancedSocketFactory.to(null)).isInstanceOf(NullPointerException.class);
        assertThat(builder.build()).hasToString("sockets to orders");
    }

    @Test
    void takesAConnectTimeoutOfItsOwn() {
        LoadBalancer orders = services.build(inVirtualTime(addresses(1)));
        ScriptedSockets below = new ScriptedSockets(REFUSED);
        BalancedSocketFactory sockets = BalancedSocketFactory.builder(orders)
                .sockets(below)
                .connectTimeout(Duration.ofSeconds(60))
                .build();
        assertThatThrownBy(() -> sockets.with(PickRequest.EMPTY).createSocket("orders", 1))
                .isInstanceOf(ConnectException.class);
        assertThat(below.timeouts()).containsExactly(60_000);
    }

    private static List<ServiceInstance> addresses(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> ServiceInstance.of("192.0.2." + i, 80))
                .toList();
    }

    private static InstanceSource neverDelivering() {
        return sink -> () -> {};
    }

    private interface Connect {
        void run() throws IOException;
    }

    private static CompletableFuture<Throwable> inBackground(Connect connect) {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        start(() -> failure.complete(catchThrowable(connect::run)));
        return failure;
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work, "connecting");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        Eventually.until(
                "it waits",
                thread::getState,
                () -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
    }
}
