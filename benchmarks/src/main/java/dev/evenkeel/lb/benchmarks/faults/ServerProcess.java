package dev.evenkeel.lb.benchmarks.faults;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A {@link FaultyServer} that can be told, frozen, killed and started again at the same port. One thread at a time. */
final class ServerProcess implements AutoCloseable {

    private Process process;
    private final int port;

    private ServerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    static ServerProcess start() throws IOException {
        Process process = launch(0);
        return new ServerProcess(process, awaitPort(process));
    }

    private static Process launch(int port) throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        return new ProcessBuilder(
                        java,
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FaultyServer.class.getName(),
                        Integer.toString(port))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static int awaitPort(Process process) throws IOException {
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))
                .readLine();
        if (line == null) {
            throw new IOException("the server has ended");
        }
        return Integer.parseInt(line);
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
            throw new UncheckedIOException(gone);
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
    }

    /** Returns when calls may come. */
    void startAgain() {
        try {
            process = launch(port);
            awaitPort(process);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        kill(); // a frozen one, too
    }
}
