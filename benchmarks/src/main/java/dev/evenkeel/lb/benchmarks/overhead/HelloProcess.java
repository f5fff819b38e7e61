package dev.evenkeel.lb.benchmarks.overhead;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** A {@link HelloServer} in a process of its own. */
final class HelloProcess implements AutoCloseable {

    private final Process process;
    private final int port;

    private HelloProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Returns when it can be called. */
    static HelloProcess start() throws IOException {
        String java = ProcessHandle.current().info().command().orElse("java");
        Process process = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), HelloServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))
                .readLine();
        if (line == null) {
            throw new IOException("the server has ended");
        }
        return new HelloProcess(process, Integer.parseInt(line));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
