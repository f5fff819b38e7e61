package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.examples.support.LineServer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Strategies;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** No HTTP, only sockets and lines: take a lease, do the work, say how it went; and again elsewhere if nobody was there. */
public final class NoHttpAtAll {

    private static final int CONNECT_TIMEOUT_MILLIS = 1000;
    private static final int READ_TIMEOUT_MILLIS = 5000;

    private NoHttpAtAll() {}

    public static void main(String[] args) throws IOException {
        try (LineServer one = LineServer.start("one");
                LineServer two = LineServer.start("two");
                LineServer down = LineServer.start("down");
                LoadBalancer echo = LoadBalancer.builder("echo")
                        .instances(List.of(one.instance(), two.instance(), down.instance()))
                        .strategy(Strategies.roundRobin())
                        .build()) {
            down.stop();
            for (String line : List.of("a", "b", "c", "d", "e", "f")) {
                System.out.println(ask(echo, line));
            }
            System.out.println(echo.snapshot());
        }
    }

    /** Asks one instance, and if it is not there another one, until all have been tried. */
    static String ask(LoadBalancer echo, String line) throws IOException {
        Set<String> tried = new HashSet<>();
        while (true) {
            try (Lease lease = echo.acquire(PickRequest.builder().avoid(tried).build())) {
                boolean isNew = tried.add(lease.instance().id());
                try {
                    String answer = talkTo(lease.instance(), line);
                    lease.succeeded();
                    return answer;
                } catch (ConnectException notThere) {
                    lease.end(Outcome.neverReached()); // so it is safe to ask another one
                    if (!isNew) {
                        throw notThere;
                    }
                } catch (IOException failed) {
                    lease.end(Outcome.failed());
                    throw failed;
                }
            }
        }
    }

    static String talkTo(ServiceInstance instance, String line) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(instance.address(), CONNECT_TIMEOUT_MILLIS);
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String answer = answers.readLine();
            if (answer == null) {
                throw new EOFException(instance + " hung up");
            }
            return answer;
        }
    }
}
