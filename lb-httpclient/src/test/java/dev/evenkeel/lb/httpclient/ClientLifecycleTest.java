package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.io.IOException;
import java.net.CookieManager;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ClientLifecycleTest extends HttpFixture {

    @Test
    void closesTheWrappedClientWhenItsCallsAreOver() throws Exception {
        assumeJava(21);
        CountDownLatch gate = new CountDownLatch(1);
        one.reply(ScriptedReply.ok("late").withHeadAfter(gate));
        two.reply(ScriptedReply.ok("late").withHeadAfter(gate));
        CompletableFuture<HttpResponse<String>> call = http.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
        Eventually.until("a server has the request", () -> requestCount() == 1);
        http.shutdown();
        assertThat(http.isTerminated()).isFalse();
        assertThat(http.awaitTermination(Duration.ofMillis(1))).isFalse();
        gate.countDown();
        http.close();
        assertThat(http.isTerminated()).isTrue();
        assertThat(call.join().body()).isEqualTo("late");
    }

    /** Those that carry calls in place of the wrapped one belong to the balanced client, and end with it. */
    @Test
    void closesWhatItMadeToo() throws Exception {
        assumeJava(21);
        CountDownLatch gate = new CountDownLatch(1);
        one.reply(ScriptedReply.ok("late").withHeadAfter(gate));
        two.reply(ScriptedReply.ok("late").withHeadAfter(gate));
        BalancedHttpClient balanced = BalancedHttpClient.builder(plain, orders)
                .cookieHandler(new CookieManager())
                .build();
        CompletableFuture<HttpResponse<String>> call =
                balanced.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
        Eventually.until("a server has the request", () -> requestCount() == 1);
        balanced.shutdown();
        assertThat(balanced.isTerminated()).isFalse();
        assertThat(balanced.awaitTermination(Duration.ofMillis(1))).isFalse();
        assertThatThrownBy(() -> balanced.send(get("http://orders/x"), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> balanced.send(get("http://orders:81/new-origin"), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
        gate.countDown();
        assertThat(balanced.awaitTermination(Eventually.PATIENCE)).isTrue();
        balanced.close();
        assertThat(balanced.isTerminated()).isTrue();
        assertThat(call.join().body()).isEqualTo("late");
        assertThat(http.send(get("http://orders/x"), BodyHandlers.ofString()).body())
                .as("the model goes on")
                .isEqualTo("late");
    }

    @Test
    void blamesNoInstanceForAClientThatIsClosed() {
        assumeJava(21);
        http.close();
        assertThatThrownBy(() -> http.send(get("http://orders/x"), BodyHandlers.ofString()))
                .isInstanceOf(IOException.class);
        assertThat(http.sendAsync(get("http://orders/x"), BodyHandlers.ofString()))
                .failsWithin(Eventually.PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(IOException.class);
        assertThat(outcomes(Kind.CANCELLED)).isEqualTo(2);
        orders.acquire().succeeded();
    }

    @Test
    void endsItsCallsWhenItIsShutDownNow() {
        assumeJava(21);
        one.reply(ScriptedReply.silence());
        two.reply(ScriptedReply.silence());
        CompletableFuture<HttpResponse<String>> call = http.sendAsync(get("http://orders/x"), BodyHandlers.ofString());
        Eventually.until("a server has the request", () -> requestCount() == 1);
        http.shutdownNow();
        assertThat(call).failsWithin(Eventually.PATIENCE);
        awaitNothingInFlight();
        assertThat(outcomes(Kind.CANCELLED)).isEqualTo(1);
    }

    @Test
    void tellsWhichConnectionAResponseCameOver() throws Exception {
        assumeJava(25);
        HttpResponse<String> response = http.send(get("http://orders/x"), BodyHandlers.ofString());
        assertThat(((LogicalResponse<String>) response).connectionLabel()).isPresent();
    }

    @Test
    void doesNothingWhereAClientCannotBeClosed() throws Exception {
        assumeTrue(JAVA == 17);
        http.shutdown();
        http.shutdownNow();
        http.close();
        assertThat(http.isTerminated()).isFalse();
        assertThat(http.awaitTermination(Duration.ofSeconds(1))).isTrue();
        HttpResponse<String> response = http.send(get("http://orders/x"), BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo("ok");
        assertThat(((LogicalResponse<String>) response).connectionLabel()).isEmpty();
    }
}
