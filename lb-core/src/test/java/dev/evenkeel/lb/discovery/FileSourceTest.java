package dev.evenkeel.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.lb.testkit.VirtualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {

    private final VirtualClock clock = new VirtualClock();
    private final RecordingSink sink = new RecordingSink(clock);

    @TempDir
    private Path directory;

    private Path file;
    private Subscription subscription = () -> {};

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("instances.txt");
    }

    @AfterEach
    void endTheSubscription() {
        subscription.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private void subscribe() {
        subscription = InstanceSource.file(file).subscribe(sink);
    }

    private String lastHeard() {
        return sink.heard.get(sink.heard.size() - 1);
    }

    /** Two looks and their jitter. */
    private void twoLooks() {
        clock.advance(Duration.ofMillis(2_500));
    }

    @Test
    void deliversDuringTheSubscription() throws IOException {
        Files.writeString(file, "orders 10.0.0.1:80\nbilling 10.0.0.9:80\norders 10.0.0.2:80\n");
        subscribe();
        assertThat(sink.heard).containsExactly("[10.0.0.1:80, 10.0.0.2:80]");
    }

    @Test
    void followsChangesInPlaceAndByMoving() throws IOException {
        Files.writeString(file, "orders 10.0.0.1:80\n");
        subscribe();
        Files.writeString(file, "orders 10.0.0.2:80\n");
        twoLooks();
        assertThat(lastHeard()).isEqualTo("[10.0.0.2:80]");
        Path other = Files.writeString(directory.resolve("new"), "orders 10.0.0.3:80\n");
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        twoLooks();
        assertThat(lastHeard()).isEqualTo("[10.0.0.3:80]");
    }

    /** With the size and the time stamp of before, as copies and coarse clocks make them. */
    @Test
    void seesAChangeThatTheFileSystemHides() throws IOException {
        Files.writeString(file, "orders 10.0.0.1:80\n");
        subscribe();
        var time = Files.getLastModifiedTime(file);
        Files.writeString(file, "orders 10.0.0.2:80\n");
        Files.setLastModifiedTime(file, time);
        twoLooks();
        assertThat(lastHeard()).isEqualTo("[10.0.0.2:80]");
    }

    @Test
    void takesNoHalfWrittenChange() throws IOException {
        Files.writeString(file, "orders 10.0.0.1:8080\norders 10.0.0.2:8080\n");
        subscribe();
        Files.writeString(file, "orders 10.0.0.1:80");
        clock.advance(Duration.ofMillis(1_200));
        Files.writeString(file, "orders 10.0.0.1:8080\norders 10.0.0.3:8080\n");
        twoLooks();
        assertThat(sink.heard.stream().distinct())
                .containsExactly("[10.0.0.1:8080, 10.0.0.2:8080]", "[10.0.0.1:8080, 10.0.0.3:8080]");
    }

    @Test
    void looksTwiceAtTheFirstContentIfItsEndIsMissing() throws IOException {
        Files.writeString(file, "orders 10.0.0.1:80");
        subscribe();
        assertThat(sink.heard)
                .containsExactly(
                        "failed java.io.IOException: " + file + ": may be half written, as its last line does not end");
        twoLooks();
        assertThat(lastHeard()).isEqualTo("[10.0.0.1:80]");
    }

    @Test
    void namesTheLineOfABrokenFileAndGoesOnWhenItIsMended() throws IOException {
        Files.writeString(file, "orders 10.0.0.1:80\n");
        subscribe();
        Files.writeString(file, "orders 10.0.0.1:80\n\norders 10.0.0.2:99999\n");
        twoLooks();
        assertThat(lastHeard())
                .isEqualTo(
                        "failed java.lang.IllegalArgumentException: " + file + ":3: port: 99999 (expected: 1..65535)");
        sink.takeHeard();
        Files.writeString(file, "orders 10.0.0.1:80\norders 10.0.0.2:99\n");
        twoLooks();
        assertThat(lastHeard()).isEqualTo("[10.0.0.1:80, 10.0.0.2:99]");
        assertThat(sink.heard).as("the old list does not come back in between").doesNotContain("[10.0.0.1:80]");
    }

    @Test
    void waitsForAFileThatIsMissing() throws IOException {
        subscribe();
        clock.advance(Duration.ofMinutes(1));
        assertThat(sink.heard)
                .hasSizeBetween(60, 125)
                .containsOnly("failed java.nio.file.NoSuchFileException: " + file);
        Files.writeString(file, "orders 10.0.0.1:80\n");
        twoLooks();
        assertThat(lastHeard()).isEqualTo("[10.0.0.1:80]");
        Files.delete(file);
        twoLooks();
        assertThat(lastHeard()).startsWith("failed java.nio.file.NoSuchFileException");
        Files.writeString(file, "orders 10.0.0.1:80\n");
        twoLooks();
        assertThat(lastHeard()).isEqualTo("[10.0.0.1:80]");
    }

    @Test
    void deliversAnEmptyListForAServiceThatIsNotInTheFile() throws IOException {
        Files.writeString(file, "billing 10.0.0.1:80\n");
        subscribe();
        assertThat(sink.heard).containsExactly("[]");
    }

    @Test
    void survivesWhatIsNoFile() throws IOException {
        Files.createDirectory(file);
        subscribe();
        assertThat(sink.heard).singleElement().asString().startsWith("failed java.io.IOException");
    }

    /** To open a pipe is to wait for whoever writes into it. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void doesNotWaitForAPipe() throws Exception {
        assumeTrue(makePipe(file), "no pipes here");
        subscribe();
        assertThat(sink.heard)
                .containsExactly("failed java.io.IOException: " + file + ": a pipe or a device (expected: a file)");
    }

    private static boolean makePipe(Path path) throws InterruptedException {
        try {
            return new ProcessBuilder("mkfifo", path.toString()).start().waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    @Test
    void refusesNoFile() {
        assertThatNullPointerException()
                .isThrownBy(() -> InstanceSource.file(null))
                .withMessage("file");
    }
}
