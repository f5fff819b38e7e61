package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The names of the JDK's classes are known for the versions that the tests run on. */
class RepeatableBodiesTest {

    @TempDir
    private Path directory;

    @Test
    void whatHoldsAllItHasCanBeSentAgain() throws Exception {
        Path file = Files.writeString(directory.resolve("body"), "text");
        for (BodyPublisher body : List.of(
                BodyPublishers.noBody(),
                BodyPublishers.ofString("text"),
                BodyPublishers.ofString("text", StandardCharsets.UTF_16),
                BodyPublishers.ofByteArray(new byte[3]),
                BodyPublishers.ofByteArray(new byte[3], 1, 1),
                BodyPublishers.ofFile(file))) {
            assertThat(RepeatableBodies.isOf(post(body))).as("%s", body).isTrue();
        }
        assertThat(RepeatableBodies.isOf(
                        HttpRequest.newBuilder(URI.create("http://orders/x")).build()))
                .isTrue();
    }

    @Test
    void whatMayBeThereOnceCannot() {
        InputStream once = new ByteArrayInputStream(new byte[3]);
        BodyPublisher text = BodyPublishers.ofString("text");
        for (BodyPublisher body : List.of(
                BodyPublishers.ofInputStream(() -> once),
                BodyPublishers.ofByteArrays(List.of(new byte[3])),
                BodyPublishers.fromPublisher(text),
                BodyPublishers.fromPublisher(text, 4),
                BodyPublishers.concat(text, text),
                new CallersBody(text, () -> {}, () -> {}))) {
            assertThat(RepeatableBodies.isOf(post(body))).as("%s", body).isFalse();
        }
    }

    @Test
    void whatCollectsABodyCanBeginAnew() {
        for (BodySubscriber<?> subscriber : List.of(
                BodySubscribers.ofString(StandardCharsets.UTF_8),
                BodySubscribers.ofByteArray(),
                BodySubscribers.discarding(),
                BodySubscribers.replacing("text"))) {
            assertThat(RepeatableBodies.isFor(subscriber)).as("%s", subscriber).isTrue();
        }
    }

    @Test
    void whatHandsABodyOnCannot() {
        Stream<BodySubscriber<?>> subscribers = Stream.of(
                BodySubscribers.ofInputStream(),
                BodySubscribers.ofLines(StandardCharsets.UTF_8),
                BodySubscribers.ofFile(directory.resolve("body")),
                BodySubscribers.ofByteArrayConsumer(bytes -> {}),
                BodySubscribers.ofPublisher(),
                BodySubscribers.mapping(BodySubscribers.ofByteArray(), bytes -> bytes.length),
                BodySubscribers.buffering(BodySubscribers.ofByteArray(), 10));
        assertThat(subscribers).noneMatch(RepeatableBodies::isFor);
    }

    private static HttpRequest post(BodyPublisher body) {
        return HttpRequest.newBuilder(URI.create("http://orders/x")).POST(body).build();
    }
}
