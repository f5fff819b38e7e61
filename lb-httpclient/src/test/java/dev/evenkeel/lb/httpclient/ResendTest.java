package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client of the JDK sends again by itself, without a word: this library has no say in it, but counts on it. */
class ResendTest extends HttpFixture {

    /** In time that stands still, nothing but calls changes what is in the purse. */
    @Override
    LoadBalancerBuilder timed(LoadBalancerBuilder builder) {
        return builder.ticker(clock);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PATCH"})
    void sendsOnceWhatMayHaveAnEffect(String method) {
        failWith(ScriptedReply.hangUp(), method, BodyPublishers.ofString("10"));
        assertThat(requestCount()).isEqualTo(1);
        assertThat(outcomes(Kind.FAILED)).isEqualTo(1);
        assertThat(orders.snapshot().purse()).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE"})
    void sendsOnceToEachWhatHasTheSameEffectAgain(String method) {
        failWith(ScriptedReply.hangUp(), method, BodyPublishers.ofString("10"));
        assertThat(one.requestCount()).isEqualTo(1);
        assertThat(two.requestCount()).isEqualTo(1);
        assertThat(orders.snapshot().purse()).isEqualTo(9);
    }

    /** Two sends, of one pick, to the same instance: so a lost connection on such a call means that both were lost. */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void sendsTwiceToEachWhatHasNoEffectAndIsLost(String method) {
        for (ScriptedReply lost : List.of(ScriptedReply.hangUp(), ScriptedReply.reset())) {
            int before = one.requestCount();
            double purse = orders.snapshot().purse();
            failWith(lost, method, BodyPublishers.noBody());
            assertThat(one.requestCount() - before).isEqualTo(2);
            assertThat(two.requestCount()).isEqualTo(one.requestCount());
            assertThat(orders.snapshot().purse())
                    .as("all but the first are paid for")
                    .isEqualTo(purse - 3);
        }
        assertThat(picks()).isEqualTo(4);
        assertThat(outcomes(Kind.FAILED)).isEqualTo(4);
    }

    @Test
    void sendsOnceToEachWhatIsAnsweredWithNonsense() {
        failWith(ScriptedReply.garbage(), "GET", BodyPublishers.noBody());
        assertThat(requestCount()).isEqualTo(2);
        assertThat(orders.snapshot().purse()).isEqualTo(9);
    }

    private void failWith(ScriptedReply reply, String method, BodyPublisher body) {
        one.reply(reply);
        two.reply(reply);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/x"))
                .method(method, body)
                .build();
        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString())).isInstanceOf(IOException.class);
    }
}
