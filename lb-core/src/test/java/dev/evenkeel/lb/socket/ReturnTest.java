package dev.evenkeel.lb.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.ScriptedServer;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How connections that stay bring an instance back that was taken out: real ones, in virtual time. */
@Timeout(60)
class ReturnTest {

    private static final Duration OUT = Duration.ofSeconds(6);

    private final VirtualClock clock = new VirtualClock();
    private final EchoServer well = EchoServer.start();
    private final List<AutoCloseable> toClose = new ArrayList<>(List.of(well));

    private LoadBalancer db(ServiceInstance other) {
        LoadBalancer db = LoadBalancer.builder("db")
                .instances(List.of(well.instance(), other))
                .ticker(clock)
                .scheduler(clock)
                .build();
        toClose.add(db);
        return db;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : toClose) {
            one.close();
        }
    }

    private Socket connected(LoadBalancer db, ServiceInstance to) throws IOException {
        PickRequest only = PickRequest.builder().only(to.id()).build();
        Socket socket = BalancedSocketFactory.to(db).with(only).createSocket("db", 1);
        toClose.add(0, socket);
        return socket;
    }

    private boolean isOut(LoadBalancer db, ServiceInstance instance) {
        clock.runDue();
        return db.snapshot().instance(instance.id()).ejectionReason().isPresent();
    }

    @Test
    void whomNobodyReachedIsBackWithTheFirstConnection() throws Exception {
        ScriptedServer server = ScriptedServer.refusing();
        toClose.add(server);
        ServiceInstance instance = server.instance();
        LoadBalancer db = db(instance);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> connected(db, instance)).isInstanceOf(ConnectException.class);
        }
        assertThat(isOut(db, instance)).isTrue();
        server.restart();
        clock.advance(OUT);
        assertThat(isOut(db, instance)).isTrue();
        Socket socket = connected(db, instance);
        assertThat(isOut(db, instance)).isFalse();
        assertThat(socket.isClosed()).isFalse();
        assertThat(db.snapshot().inFlight()).isEqualTo(1);
    }

    @Test
    void whoResetsItsConnectionsIsBackWithOneThatGoesOn() throws Exception {
        EchoServer server = EchoServer.start();
        toClose.add(server);
        ServiceInstance instance = server.instance();
        LoadBalancer db = db(instance);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sockets.add(connected(db, instance));
        }
        server.reset(5);
        for (Socket socket : sockets) {
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(IOException.class);
        }
        assertThat(isOut(db, instance)).isTrue();
        clock.advance(OUT);
        connected(db, instance);
        assertThat(isOut(db, instance)).isTrue();
        clock.advance(Duration.ofSeconds(10));
        assertThat(isOut(db, instance)).isFalse();
    }
}
