package dev.evenkeel.lb.benchmarks.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** What was written down before, to be compared with what comes out now. */
final class Written {

    private Written() {}

    /** The text of this resource; empty if there is none. */
    static String text(String file) throws IOException {
        try (InputStream stream = Written.class.getResourceAsStream("/" + file)) {
            return stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
