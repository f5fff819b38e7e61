package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.Eventually;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnJre;
import org.junit.jupiter.api.condition.JRE;

class ClientLifecycleTest extends HttpFixture {

    @Test
    @EnabledForJreRange(minVersion = 21)
    void closesTheWrappedClientWhenItsCallsAreOver() throws Exception {
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

    @Test
    @EnabledForJreRange(minVersion = 21)
    void blamesNoInstanceForAClientThatIsClosed() {
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
    @EnabledForJreRange(minVersion = 21)
    void endsItsCallsWhenItIsShutDownNow() {
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
    @EnabledForJreRange(minVersion = 25)
    void tellsWhichConnectionAResponseCameOver() throws Exception {
        HttpResponse<String> response = http.send(get("http://orders/x"), BodyHandlers.ofString());
        assertThat(((LogicalResponse<String>) response).connectionLabel()).isPresent();
    }

    @Test
    @EnabledOnJre(JRE.JAVA_17)
    void doesNothingWhereAClientCannotBeClosed() throws Exception {
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
