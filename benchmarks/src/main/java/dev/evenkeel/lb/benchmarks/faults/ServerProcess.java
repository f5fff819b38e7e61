package dev.evenkeel.lb.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A {@link FaultyServer} that can be told, frozen, killed and started again at the same port. One thread at a time. */
final class ServerProcess implements AutoCloseable {

    /** None outlives this process, not even one that is frozen, and does not see that its input has ended. */
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
    }

    /** What it says on standard error, from all its lives. */
    private final Path errors;

    private Process process;
    private int port;

    private ServerProcess() throws IOException {
        errors = Files.createTempFile("faulty-server", ".txt");
        process = launch(0, errors);
    }

    /** Starts so many, or none. Returns when calls may come. */
    static List<ServerProcess> start(int count) throws IOException {
        List<ServerProcess> servers = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                servers.add(new ServerProcess());
            }
            for (ServerProcess server : servers) {
                server.port = server.awaitPort();
            }
        } catch (Throwable failed) {
            servers.forEach(ServerProcess::close);
            throw failed;
        }
        return servers;
    }

    private static Process launch(int port, Path errors) throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        Process launched = new ProcessBuilder(
                        java,
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FaultyServer.class.getName(),
                        Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
        RUNNING.add(launched);
        return launched;
    }

    /** The line that is a number: a virtual machine may have something to say before. */
    private int awaitPort() throws IOException {
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.matches("[0-9]+")) {
                return Integer.parseInt(line);
            }
        }
        throw ended(null);
    }

    private IOException ended(@Nullable IOException cause) {
        return new IOException("the server at port " + port + " has ended: " + said(), cause);
    }

    private String said() {
        try {
            return Files.readString(errors).strip();
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    void behave(Manner manner) {
        try {
            OutputStream commands = process.getOutputStream();
            commands.write((manner + "\n").getBytes(StandardCharsets.US_ASCII));
            commands.flush();
        } catch (IOException gone) {
            throw new UncheckedIOException(ended(gone));
        }
    }

    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException noSuchCommand) {
            throw new UncheckedIOException(noSuchCommand);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Without a word, and at once. */
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
        RUNNING.remove(process);
    }

    /** Returns when calls may come. */
    void startAgain() {
        try {
            process = launch(port, errors);
            awaitPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Ends it, even if it is frozen, and shows what it had to say. */
    @Override
    public void close() {
        kill();
        String said = said();
        if (!said.isEmpty()) {
            System.err.println("the server at port " + port + " said: " + said);
        }
        errors.toFile().delete();
    }
}
