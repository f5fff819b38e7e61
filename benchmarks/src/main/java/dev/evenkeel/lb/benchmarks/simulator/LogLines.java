package dev.evenkeel.lb.benchmarks.simulator;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Counts what is logged, and keeps it from being printed; SLF4J's simple logger writes to the error stream of the moment. */
final class LogLines implements AutoCloseable {

    private final PrintStream before = System.err;
    private long count;

    LogLines() {
        OutputStream counting = new OutputStream() {
            @Override
            public void write(int written) {
                count += written == '\n' ? 1 : 0;
            }
        };
        System.setErr(new PrintStream(counting, true, StandardCharsets.UTF_8));
    }

    long count() {
        return count;
    }

    @Override
    public void close() {
        System.setErr(before);
    }
}
