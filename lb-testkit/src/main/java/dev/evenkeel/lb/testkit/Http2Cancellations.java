package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** That one call ends, whatever the reason, and leaves the others of its connection alone. */
abstract class Http2Cancellations extends Http2Fixture {

    private static final Duration DELAY = Duration.ofSeconds(5);
    private static final Duration ATTEMPT = Duration.ofSeconds(7);
    private static final Duration SHORT = Duration.ofMillis(300);

    private final VirtualClock clock = new VirtualClock();

    Http2Cancellations(Http2Contract contract, boolean overTls) {
        super(contract, overTls);
    }

    @Test
    final void resetsTheStreamOfACallThatIsCancelled() throws Exception {
        Http2Server server = newServer();
        LoadBalancer orders = orders(server);
        ContractClient client = connected(speakingHttp2(orders), server);
        server.holding();
        RecordedCall call = new RecordedCall();
        Runnable cancel = client.sendAsync(get(), call);
        Http2Stream stream = server.awaitStream(2);
        cancel.run();
        assertThat(call.failure()).isNotNull();
        stream.awaitCancelled();
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, Kind.CANCELLED)).isEqualTo(1);
        goesOnOverItsConnection(client, server);
    }

    @Test
    final void resetsTheStreamOfACallWhoseThreadIsInterrupted() throws Exception {
        Http2Server server = newServer();
        Http2Server other = newServer();
        LoadBalancer orders = inOrder(server, other);
        ContractClient client = connected(speakingHttp2(orders), server, other);
        server.holding();
        Background<ContractAnswer> call = Background.of(() -> client.send(get()));
        Http2Stream stream = server.awaitStream(2);
        call.interrupt();
        assertThat(call.failure()).isInstanceOfAny(InterruptedException.class, InterruptedIOException.class);
        stream.awaitCancelled();
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, Kind.CANCELLED)).isEqualTo(1);
        assertThat(other.streams()).as("the one of before").hasSize(1);
        goesOnOverItsConnection(client, server);
    }

    @Test
    final void resetsTheStreamOfABodyThatIsClosedEarly() throws Exception {
        Http2Server server = newServer();
        LoadBalancer orders = orders(server);
        ContractClient client = connected(speakingHttp2(orders), server);
        server.onRequest(stream -> stream.begin("first of many"));
        ContractAnswer answer = client.open(get());
        assertThat(answer.body().read()).isEqualTo('f');
        assertThat(orders.snapshot().inFlight()).isEqualTo(1);
        answer.close();
        server.awaitStream(2).awaitCancelled();
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, Kind.SUCCESS)).isEqualTo(2);
        goesOnOverItsConnection(client, server);
    }

    @Test
    final void resetsTheStreamOfACallWhoseTimeIsUp() throws Exception {
        Http2Server server = newServer();
        LoadBalancer orders = orders(server);
        ContractClient client = connected(speakingHttp2(orders).withCallTimeout(SHORT), server);
        server.onRequest(stream -> stream.begin("first of many"));
        assertThatThrownBy(() -> client.send(get())).isInstanceOf(IOException.class);
        server.awaitStream(2).awaitCancelled();
        awaitInFlight(orders, 0);
        goesOnOverItsConnection(client, server);
    }

    @Test
    final void resetsTheStreamOfAnAttemptThatTakesTooLong() throws Exception {
        Http2Server slow = newServer();
        Http2Server fast = newServer();
        LoadBalancer orders = byTheClock(slow, fast);
        RetryPolicy limited = RetryPolicy.builder()
                .attemptTimeout(ATTEMPT)
                .backoff(Duration.ZERO, Duration.ZERO)
                .build();
        ContractClient client = connected(speakingHttp2(orders).withRetries(limited), slow, fast);
        slow.holding();
        RecordedCall call = new RecordedCall();
        client.sendAsync(get(), call);
        Http2Stream stream = slow.awaitStream(2);
        clock.advance(ATTEMPT);
        try (ContractAnswer answer = call.answer()) {
            assertThat(answer.instance()).contains(fast.instance());
        }
        stream.awaitCancelled();
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, slow, Kind.FAILED)).isEqualTo(1);
        goesOnOverItsConnection(client, slow);
    }

    @Test
    final void resetsTheStreamOfTheSlowerOfTwo() throws Exception {
        Http2Server slow = newServer();
        Http2Server fast = newServer();
        LoadBalancer orders = byTheClock(slow, fast);
        ContractClient client = connected(speakingHttp2(orders).withHedging(HedgePolicy.after(DELAY)), slow, fast);
        RecordedCall async = new RecordedCall();
        slow.holding();
        client.sendAsync(get(), async);
        theOtherWins(async::answer, slow.awaitStream(2), fast);
        Background<ContractAnswer> blocking = Background.of(() -> client.send(get()));
        theOtherWins(blocking::get, slow.awaitStream(3), fast);
        awaitInFlight(orders, 0);
        assertThat(outcomes(orders, slow, Kind.CANCELLED)).isEqualTo(2);
        goesOnOverItsConnection(client, slow);
    }

    private void theOtherWins(Callable<ContractAnswer> answer, Http2Stream slow, Http2Server fast) throws Exception {
        clock.advance(DELAY);
        try (ContractAnswer won = answer.call()) {
            assertThat(won.instance()).contains(fast.instance());
            assertThat(text(won)).isEqualTo("ok");
        }
        slow.awaitCancelled();
    }

    @Test
    final void resetsTheStreamOfAHedgeThatIsNotNeeded() throws Exception {
        Http2Server first = newServer();
        Http2Server hedge = newServer();
        LoadBalancer orders = byTheClock(first, hedge);
        ContractClient client = connected(speakingHttp2(orders).withHedging(HedgePolicy.after(DELAY)), first, hedge);
        first.holding();
        hedge.holding();
        RecordedCall call = new RecordedCall();
        client.sendAsync(get(), call);
        Http2Stream winner = first.awaitStream(2);
        clock.advance(DELAY);
        Http2Stream loser = hedge.awaitStream(2);
        winner.answer("first");
        assertThat(text(call.answer())).isEqualTo("first");
        loser.awaitCancelled();
        awaitInFlight(orders, 0);
        goesOnOverItsConnection(client, hedge);
    }

    // ---- words of the tests

    /** Time passes when the test says so. */
    private LoadBalancer byTheClock(Http2Server... servers) {
        return orders(
                builder -> builder.ticker(clock)
                        .scheduler(clock)
                        .executor(Runnable::run)
                        .strategy(IN_ORDER),
                servers);
    }

    /** Whatever has become of other calls, the connection is there for further ones. */
    private void goesOnOverItsConnection(ContractClient client, Http2Server server) throws Exception {
        server.onRequest(stream -> stream.answer("going on"));
        assertThat(text(client.send(post("further").withPickRequest(only(server)))))
                .isEqualTo("going on");
        assertThat(server.connections()).hasSize(1);
    }

    private static void awaitInFlight(LoadBalancer orders, int expected) {
        Eventually.until(
                expected + " are in flight",
                orders::snapshot,
                () -> orders.snapshot().inFlight() == expected);
    }
}
