package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.lb.LoadBalancer;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;

/** A program that runs out of file descriptors, and blames no server. */
@Timeout(120)
class OwnFaultsTest {

    private static final Path SHELL = Path.of("/bin/sh");

    /** Less than the limit of any machine, and more than a program needs to start. */
    private static final int FEW_FILES = 100;

    private final List<HttpServer> servers = new ArrayList<>();

    @AfterEach
    void stop() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void aProgramWithoutFileDescriptorsBlamesNobody() throws Exception {
        assumeTrue(Files.isExecutable(SHELL));
        for (int i = 0; i < 3; i++) {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
            server.createContext("/", exchange -> {
                exchange.getResponseHeaders().set("Connection", "close"); // so that each call needs a descriptor
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            });
            server.start();
            servers.add(server);
        }
        Process child = new ProcessBuilder(arguments())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            List<String> lines =
                    child.inputReader(StandardCharsets.UTF_8).lines().toList();
            assertThat(lines).contains("hoarded true", "all are local faults true", "ejected []", "answered 200");
            assertThat(lines)
                    .filteredOn(line -> line.startsWith("message "))
                    .isNotEmpty()
                    .allSatisfy(line -> assertThat(line)
                            .contains("orders: the call to 127.0.0.1:")
                            .contains(
                                    "failed on this side: no file descriptor is left (SocketException: Too many open"));
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    private List<String> arguments() throws Exception {
        return Stream.concat(
                        Stream.of(
                                SHELL.toString(),
                                "-c",
                                "ulimit -n " + FEW_FILES + "; exec \"$@\"",
                                "sh",
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-Xmx64m",
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                classPath(),
                                ChildClient.class.getName()),
                        servers.stream()
                                .map(server ->
                                        "127.0.0.1:" + server.getAddress().getPort()))
                .toList();
    }

    private static String classPath() throws Exception {
        List<Class<?>> needed = List.of(
                ChildClient.class,
                BalancedOkHttp.class,
                LoadBalancer.class,
                OkHttpClient.class,
                Class.forName("okio.Okio"),
                Class.forName("kotlin.Unit"),
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
