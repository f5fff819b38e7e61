package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.lb.LoadBalancer;
import java.io.BufferedReader;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * That programs which are stopped, or run out of file descriptors, blame no server. An adapter's test class extends this, and has
 * a program with its client. Skipped where there is no {@code /bin/sh}.
 */
@Timeout(120)
public abstract class OwnFaultsContract {

    private static final Path SHELL = Path.of("/bin/sh");

    /** Less than the limit of any machine, and more than a program needs to start. */
    private static final int FEW_FILES = 100;

    private final List<ScriptedServer> servers = new ArrayList<>();
    private final List<Process> children = new ArrayList<>();

    /** For adapters to call. */
    protected OwnFaultsContract() {}

    /** The class whose {@code main} runs a {@link ChildClient}. */
    protected abstract Class<?> program();

    /** One class from each place that the program needs, but for the core, the test kit and what these need. */
    protected abstract List<Class<?>> libraries() throws ClassNotFoundException;

    @BeforeEach
    final void start() {
        assumeTrue(Files.isExecutable(SHELL));
        ScriptedReply closing =
                ScriptedReply.ok("ok").withHeader("Connection", "close"); // so that each takes a descriptor
        for (int i = 0; i < 3; i++) {
            servers.add(ScriptedServer.start()
                    .reply(request ->
                            request.target().equals(ChildClient.SLOW_PATH) ? ScriptedReply.silence() : closing));
        }
    }

    @AfterEach
    final void stop() throws InterruptedException {
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
        servers.forEach(ScriptedServer::close);
    }

    @Test
    final void aProgramWithoutFileDescriptorsBlamesNobody() throws Exception {
        List<String> lines = begin(ChildClient.FILES)
                .inputReader(StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(lines).contains("hoarded true", "all are local faults true", "ejected []", "answered 200");
        assertThat(lines)
                .filteredOn(line -> line.startsWith("message "))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(line)
                        .contains("orders: the call to 127.0.0.1:")
                        .contains("failed on this side: no file descriptor is left (SocketException: Too many open"));
    }

    @Test
    final void aProgramThatWasStoppedBlamesNobodyAndFindsWhoIsGone() throws Exception {
        Process child = begin(ChildClient.STOPPED);
        BufferedReader output = child.inputReader(StandardCharsets.UTF_8);
        assertThat(output.readLine()).isEqualTo("waiting");
        Eventually.until("all calls are there", () -> slowCalls() == ChildClient.WAITING);
        servers.get(1).stop();
        Process stop = new ProcessBuilder(
                        SHELL.toString(), "-c", "kill -STOP " + child.pid() + "; sleep 5; kill -CONT " + child.pid())
                .start();
        assertThat(stop.waitFor(60, TimeUnit.SECONDS)).isTrue();
        child.outputWriter(StandardCharsets.UTF_8).append("go on\n").flush();
        List<String> lines = output.lines().toList();
        String gone = servers.get(1).hostPort();
        assertThat(lines)
                .contains("paused true", "local faults " + ChildClient.WAITING, "ejected []", "found [" + gone + "]");
        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .startsWith("note orders: this process did not run for PT")
                        .endsWith(" during the call to " + servers.get(0).hostPort()));
    }

    private long slowCalls() {
        return servers.get(0).requests().stream()
                .filter(request -> request.target().equals(ChildClient.SLOW_PATH))
                .count();
    }

    private Process begin(String what) throws Exception {
        Stream<String> java = Stream.of(
                SHELL.toString(),
                "-c",
                "ulimit -n " + FEW_FILES + "; exec \"$@\"",
                "sh",
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                program().getName(),
                what);
        Process child = new ProcessBuilder(Stream.concat(java, servers.stream().map(ScriptedServer::hostPort))
                        .toList())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        children.add(child);
        return child;
    }

    private String classPath() throws Exception {
        Stream<Class<?>> own = Stream.of(
                program(),
                ChildClient.class,
                LoadBalancer.class,
                Class.forName("com.google.common.collect.ImmutableMap"),
                Class.forName("com.google.common.util.concurrent.internal.InternalFutures"),
                Class.forName("org.slf4j.Logger"));
        return Stream.concat(own, libraries().stream())
                .map(OwnFaultsContract::placeOf)
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static String placeOf(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
