package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The caller loses interest; nobody else gets the call, and the instance is not blamed. */
class CancellationTest extends HttpFixture {

    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    void cancelsTheRequestOfADerivedFuture() {
        everybodyReplies(ScriptedReply.silence());
        CompletableFuture<String> derived = http.sendAsync(get("http://orders/x"), BodyHandlers.ofString())
                .thenApply(HttpResponse::body)
                .thenApply(String::trim);
        Eventually.until("a server has the request", () -> requestCount() == 1);
        assertThat(derived.cancel(true)).isTrue();
        Eventually.until("the server sees that nobody waits", () -> openConnections() == 0);
        awaitNothingInFlight();
        assertThat(outcomes(Kind.CANCELLED)).isEqualTo(1);
        assertThat(requestCount()).isEqualTo(1);
    }

    @Test
    void isCancelledAsAFutureShould() {
        everybodyReplies(ScriptedReply.silence());
        CompletableFuture<HttpResponse<String>> future =
                http.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
        Eventually.until("a server has the request", () -> requestCount() == 1);
        assertThat(future.cancel(true)).isTrue();
        assertThat(future).isCancelled();
        assertThatThrownBy(future::get).isInstanceOf(CancellationException.class);
    }

    /** The client of the JDK goes on, for nobody, unless it is cancelled by {@code cancel(true)}. */
    @Test
    void endsHoweverTheCallerHasLostInterest() {
        List<Consumer<CompletableFuture<?>>> ways = List.of(
                future -> future.cancel(false),
                future -> future.completeExceptionally(new TimeoutException()),
                future -> future.complete(null),
                future -> future.orTimeout(1, TimeUnit.MILLISECONDS));
        for (Consumer<CompletableFuture<?>> way : ways) {
            one.reply(ScriptedReply.silence());
            two.reply(ScriptedReply.silence());
            int before = requestCount();
            CompletableFuture<?> future = http.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
            Eventually.until("a server has the request", () -> requestCount() == before + 1);
            way.accept(future);
            Eventually.until("the server sees that nobody waits", () -> openConnections() == 0);
            awaitNothingInFlight();
            assertThat(future).isDone();
        }
        assertThat(outcomes(Kind.CANCELLED)).isEqualTo(ways.size());
        assertThat(requestCount()).isEqualTo(ways.size());
    }

    /** As with the futures of the JDK's client, whose answer others may wait for. */
    @Test
    void goesOnWhenADerivedFutureMayNotBeInterrupted() throws Exception {
        everybodyReplies(ScriptedReply.ok("late").withHeadAfter(gate));
        CompletableFuture<HttpResponse<String>> future =
                http.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
        CompletableFuture<String> derived = future.thenApply(HttpResponse::body);
        Eventually.until("a server has the request", () -> requestCount() == 1);
        assertThat(derived.cancel(false)).isTrue();
        assertThat(inFlight()).isEqualTo(1);
        gate.countDown();
        assertThat(future.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS).body())
                .isEqualTo("late");
    }

    @Test
    void takesACancelledBodyForASuccessOfTheInstance() {
        everybodyReplies(ScriptedReply.ok("first half, second half").withRestAfter(gate));
        CompletableFuture<?> future = http.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
        awaitLatency();
        future.cancel(true);
        awaitNothingInFlight();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void endsACallThatIsInterruptedBeforeItsHead() throws Exception {
        everybodyReplies(ScriptedReply.silence());
        FutureTask<Throwable> task = new FutureTask<>(this::failureOfSend);
        Thread caller = start(task);
        Eventually.until("a server has the request", () -> requestCount() == 1);
        caller.interrupt();
        assertThat(task.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(InterruptedException.class);
        assertThat(inFlight()).isZero();
        assertThat(outcomes(Kind.CANCELLED)).isEqualTo(1);
        assertThat(requestCount()).isEqualTo(1);
    }

    @Test
    void takesAnInterruptedBodyForASuccessOfTheInstance() throws Exception {
        everybodyReplies(ScriptedReply.ok("first half, second half").withRestAfter(gate));
        FutureTask<Throwable> task = new FutureTask<>(this::failureOfSend);
        Thread caller = start(task);
        awaitLatency();
        caller.interrupt();
        assertThat(task.get(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(InterruptedException.class);
        assertThat(inFlight()).isZero();
        assertThat(outcomes(Kind.SUCCESS)).isEqualTo(1);
    }

    private Throwable failureOfSend() {
        try {
            HttpResponse<String> response = http.send(get("http://orders/x"), BodyHandlers.ofString());
            throw new AssertionError("failure: none, but " + response);
        } catch (Exception failure) {
            return failure;
        }
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task, "caller");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** The latency is taken when the head is there. */
    private void awaitLatency() {
        Eventually.until(
                "the head has arrived",
                () -> orders.snapshot().instances().stream()
                        .anyMatch(instance -> !instance.latency().isZero()));
    }

    private void everybodyReplies(ScriptedReply reply) {
        one.reply(reply);
        two.reply(reply);
    }
}
