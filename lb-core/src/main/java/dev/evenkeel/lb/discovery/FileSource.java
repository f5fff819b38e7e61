package dev.evenkeel.lb.discovery;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file that is read again and again. It is read whole each time: that is cheap, and sees what time stamps with a coarse
 * grain, links that are moved and network file systems hide.
 */
final class FileSource implements InstanceSource {

    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Room for 100,000 lines of more than 300 characters. */
    private static final int MAX_BYTES = 32 << 20;

    private final Path file;
    private final Duration interval;

    FileSource(Path file, Duration interval) {
        this.file = requireNonNull(file, "file");
        this.interval = Intervals.check("interval", interval);
    }

    /** The first time the file is read on this thread, so that its list is in force when the balancer has been built. */
    @Override
    public Subscription subscribe(InstanceSink sink) {
        Polling polling = new Polling(
                sink, new Content(sink.serviceName())::instances, interval, PollingSource.TIMEOUT, interval);
        polling.ask(Runnable::run);
        return polling;
    }

    @Override
    public String toString() {
        return "file " + file;
    }

    private byte[] read() throws IOException {
        // To open a pipe is to wait for whoever writes into it, and build() would wait, too.
        if (Files.readAttributes(file, BasicFileAttributes.class).isOther()) {
            throw new IOException(file + ": a pipe or a device (expected: a file)");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(MAX_BYTES + 1);
            if (content.length > MAX_BYTES) {
                throw new IOException(file + ": too large (expected: at most " + MAX_BYTES + " bytes)");
            }
            return content;
        }
    }

    /**
     * What one subscription has seen of the file. A change counts when it has been seen twice in a row, as it may be half
     * written the first time. Used by one poll after the other, which orders the accesses.
     */
    private final class Content {

        private final String serviceName;
        private byte @Nullable [] lastSeen;

        /** What the last content that counted gave: a list or a fault. */
        private byte @Nullable [] counted;

        private @Nullable List<ServiceInstance> list;
        private @Nullable IllegalArgumentException fault;

        Content(String serviceName) {
            this.serviceName = serviceName;
        }

        List<ServiceInstance> instances() throws IOException {
            byte[] seen = read();
            if (!Arrays.equals(seen, counted) && isSettled(seen)) {
                counted = seen;
                parse(seen);
            }
            lastSeen = seen;
            if (fault != null) {
                throw fault;
            }
            if (list == null) {
                throw new IOException(file + ": may be half written, as its last line does not end");
            }
            return list;
        }

        private boolean isSettled(byte[] seen) {
            boolean complete = seen.length > 0 && seen[seen.length - 1] == '\n';
            return Arrays.equals(seen, lastSeen) || (lastSeen == null && complete);
        }

        private void parse(byte[] content) {
            try {
                list = InstanceLines.parse(content, file.toString(), serviceName);
                fault = null;
            } catch (IllegalArgumentException broken) {
                fault = broken;
            }
        }
    }
}
