package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The ways of the JDK's client to take a body, and of its callers to spoil it. */
class BodyEndsTest extends HttpFixture {

    @Test
    void endsWhenAStreamOfLinesIsClosed() throws Exception {
        ScriptedReply lines = ScriptedReply.endless().withBody("a line\n");
        one.reply(lines);
        two.reply(lines);
        HttpResponse<Stream<String>> response = http.send(get("http://orders/x"), BodyHandlers.ofLines());
        assertThat(inFlight()).isEqualTo(1);
        try (Stream<String> body = response.body()) {
            assertThat(body.limit(2)).containsExactly("a line", "a line");
        }
        awaitNothingInFlight();
        Eventually.until("the server sees that nobody reads", () -> openConnections() == 0);
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void endsWhenAPublishedBodyIsCancelled() throws Exception {
        one.reply(ScriptedReply.endless());
        two.reply(ScriptedReply.endless());
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response =
                http.send(get("http://orders/x"), BodyHandlers.ofPublisher());
        assertThat(inFlight()).isEqualTo(1);
        response.body().subscribe(new CancellingSubscriber());
        awaitNothingInFlight();
        Eventually.until("the server sees that nobody reads", () -> openConnections() == 0);
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void blamesNobodyForAHandlerThatThrows() throws Exception {
        BodyHandler<String> broken = head -> {
            throw new IllegalStateException("mine");
        };
        Throwable fromPlain = catchThrowable(() -> plain.send(get("http://" + one.hostPort() + "/x"), broken));
        Throwable fromOurs = catchThrowable(() -> http.send(get("http://orders/x"), broken));
        assertThat(fromOurs).hasSameClassAs(fromPlain).hasMessage(fromPlain.getMessage());
        assertThat(http.sendAsync(get("http://orders/x"), broken))
                .failsWithin(Eventually.PATIENCE)
                .withThrowableThat()
                .withRootCauseInstanceOf(IllegalStateException.class);
        awaitNothingInFlight();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(2);
    }

    @Test
    void blamesNobodyForAHandlerThatAnswersNull() {
        assertThatThrownBy(() -> http.send(get("http://orders/x"), head -> null))
                .hasRootCauseInstanceOf(NullPointerException.class);
        awaitNothingInFlight();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void blamesNobodyForABodyThatTheCallerCannotUse() {
        BodyHandler<String> broken =
                head -> BodySubscribers.mapping(BodySubscribers.ofString(StandardCharsets.UTF_8), text -> {
                    throw new IllegalStateException("mine");
                });
        assertThatThrownBy(() -> http.send(get("http://orders/x"), broken))
                .hasRootCauseInstanceOf(IllegalStateException.class);
        awaitNothingInFlight();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void blamesNobodyForABodyThatTheCallerGivesUpHalfWay() {
        CountDownLatch never = new CountDownLatch(1);
        ScriptedReply half = ScriptedReply.ok("first half, second half").withRestAfter(never);
        one.reply(half);
        two.reply(half);
        BodyHandler<String> broken = head -> new CountingSubscriber<>(
                BodySubscribers.discarding(), CompletableFuture.failedFuture(new IllegalStateException("mine")));
        assertThatThrownBy(() -> http.send(get("http://orders/x"), broken))
                .hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(inFlight()).isZero();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void asksForTheBodyAsOftenAsTheClientItselfDoes() throws Exception {
        CountingSubscriber<String> plainly = CountingSubscriber.ofText();
        plain.send(get("http://" + one.hostPort() + "/x"), head -> plainly);
        CountingSubscriber<String> balanced = CountingSubscriber.ofText();
        assertThat(http.send(get("http://orders/x"), head -> balanced).body()).isEqualTo("ok");
        assertThat(balanced.asked.get()).isEqualTo(plainly.asked.get()).isPositive();
    }

    /** Some tests of programs use made-up clients that answer without working with the handler. */
    @Test
    void endsWithTheStatusIfTheWrappedClientDoesWithoutTheHandler() throws Exception {
        HttpResponse<String> canned = plain.send(get("http://" + one.hostPort() + "/x"), BodyHandlers.ofString());
        RecordingClient canning = new RecordingClient(plain) {
            @Override
            @SuppressWarnings("unchecked") // the test asks for text
            public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) {
                return (HttpResponse<T>) canned;
            }
        };
        HttpResponse<String> response =
                BalancedHttpClient.wrap(canning, orders).send(get("http://orders/x"), BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo("ok");
        assertThat(inFlight()).isZero();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    /** Counts how often it is asked for its body, which need not be what is made of the bytes. */
    private static final class CountingSubscriber<T> implements BodySubscriber<T> {

        private final AtomicInteger asked = new AtomicInteger();
        private final BodySubscriber<?> bytes;
        private final CompletionStage<T> body;

        CountingSubscriber(BodySubscriber<?> bytes, CompletionStage<T> body) {
            this.bytes = bytes;
            this.body = body;
        }

        static CountingSubscriber<String> ofText() {
            BodySubscriber<String> text = BodySubscribers.ofString(StandardCharsets.UTF_8);
            return new CountingSubscriber<>(text, text.getBody());
        }

        @Override
        public CompletionStage<T> getBody() {
            asked.incrementAndGet();
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            bytes.onSubscribe(subscription);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            bytes.onNext(buffers);
        }

        @Override
        public void onError(Throwable failure) {
            bytes.onError(failure);
        }

        @Override
        public void onComplete() {
            bytes.onComplete();
        }
    }

    private static final class CancellingSubscriber implements Flow.Subscriber<List<ByteBuffer>> {

        private Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> bytes) {
            subscription.cancel();
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
