package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.examples.support.LineServer;
import dev.evenkeel.lb.socket.BalancedSocketFactory;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.SocketFactory;

/**
 * What takes a {@link SocketFactory} is balanced without knowing it: connections go to the instance that has the fewest, and
 * past one that is not there.
 */
public final class PlainSockets {

    private PlainSockets() {}

    public static void main(String[] args) throws IOException {
        try (LineServer one = LineServer.start("one");
                LineServer two = LineServer.start("two");
                LineServer down = LineServer.start("down");
                LoadBalancer echo = LoadBalancer.builder("echo")
                        .instances(List.of(one.instance(), two.instance(), down.instance()))
                        .strategy(Strategies.leastInFlight())
                        .build()) {
            down.stop();
            SocketFactory sockets = BalancedSocketFactory.to(echo);
            try (Socket a = sockets.createSocket("echo", 7);
                    Socket b = sockets.createSocket("echo", 7)) {
                System.out.println(ask(a, "a"));
                System.out.println(ask(b, "b"));
                System.out.println(echo.snapshot());
            }
        }
    }

    /** Knows nothing of instances. */
    private static String ask(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }
}
