package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.lb.LoadBalancer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;

/** Programs that are stopped or run out of file descriptors, and blame no server. */
@Timeout(120)
class OwnFaultsTest {

    private static final Path SHELL = Path.of("/bin/sh");

    /** Less than the limit of any machine, and more than a program needs to start. */
    private static final int FEW_FILES = 100;

    private final List<HttpServer> servers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch waiting = new CountDownLatch(12);
    private final CountDownLatch over = new CountDownLatch(1);
    private Process child;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(Files.isExecutable(SHELL));
        for (int i = 0; i < 3; i++) {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
            server.setExecutor(threads);
            server.createContext("/", OwnFaultsTest::answer);
            server.createContext("/slow", this::keepWaiting);
            server.start();
            servers.add(server);
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        over.countDown();
        if (child != null) {
            child.destroyForcibly().waitFor();
        }
        servers.forEach(server -> server.stop(0));
        threads.shutdownNow();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Connection", "close"); // so that each call needs a descriptor
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private void keepWaiting(HttpExchange exchange) {
        waiting.countDown();
        try {
            over.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }

    @Test
    void aProgramWithoutFileDescriptorsBlamesNobody() throws Exception {
        begin("files");
        List<String> lines = child.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).contains("hoarded true", "all are local faults true", "ejected []", "answered 200");
        assertThat(lines)
                .filteredOn(line -> line.startsWith("message "))
                .isNotEmpty()
                .allSatisfy(
                        line -> assertThat(line)
                                .contains("orders: the call to 127.0.0.1:")
                                .contains(
                                        "failed on this side: no file descriptor is left (SocketException: Too many open files"));
    }

    @Test
    void aProgramThatWasStoppedBlamesNobodyAndFindsWhoIsGone() throws Exception {
        begin("stopped");
        BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
        assertThat(output.readLine()).isEqualTo("waiting");
        waiting.await();
        servers.get(1).stop(0);
        Process stop = new ProcessBuilder(
                        SHELL.toString(), "-c", "kill -STOP " + child.pid() + "; sleep 5; kill -CONT " + child.pid())
                .start();
        assertThat(stop.waitFor(60, TimeUnit.SECONDS)).isTrue();
        child.outputWriter(StandardCharsets.UTF_8).append("go on\n").flush();
        List<String> lines = output.lines().toList();
        assertThat(lines).contains("paused true", "local faults 12", "ejected []", "found [" + hostPort(1) + "]");
        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("note orders: this process did not run for PT")
                        .endsWith(" during the call to " + hostPort(0)));
    }

    private void begin(String what) throws Exception {
        String command = "ulimit -n " + FEW_FILES + "; exec \"$@\"";
        List<String> arguments = Stream.concat(
                        Stream.of(
                                SHELL.toString(),
                                "-c",
                                command,
                                "sh",
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-Xmx64m",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                classPath(),
                                ChildClient.class.getName(),
                                what),
                        servers.stream()
                                .map(server ->
                                        "127.0.0.1:" + server.getAddress().getPort()))
                .toList();
        child = new ProcessBuilder(arguments)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private String hostPort(int server) {
        return "127.0.0.1:" + servers.get(server).getAddress().getPort();
    }

    private static String classPath() throws Exception {
        List<Class<?>> needed = List.of(
                ChildClient.class,
                BalancedHttpClient.class,
                LoadBalancer.class,
                Class.forName("com.google.common.collect.ImmutableMap"),
                Class.forName("com.google.common.util.concurrent.internal.InternalFutures"),
                Logger.class);
        List<String> places = new ArrayList<>();
        for (Class<?> type : needed) {
            places.add(Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString());
        }
        return places.stream().distinct().collect(Collectors.joining(File.pathSeparator));
    }
}
