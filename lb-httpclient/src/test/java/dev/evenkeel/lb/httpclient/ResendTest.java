package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.testkit.ScriptedReply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client of the JDK sends again by itself, without a word: this library has no say in it, but counts on it. */
class ResendTest extends HttpFixture {

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH"})
    void sendsOnceWhatMayHaveAnEffect(String method) {
        everybodyReplies(ScriptedReply.hangUp());
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/pay"))
                .method(method, BodyPublishers.ofString("10"))
                .build();
        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString())).isInstanceOf(IOException.class);
        assertThat(requestCount()).isEqualTo(1);
        assertThat(outcomes(Kind.FAILED)).isEqualTo(1);
    }

    /** Two sends, of one pick, to the same instance: so a lost connection on such a call means that both were lost. */
    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void sendsTwiceWhatHasNoEffectAndIsLost(String method) {
        everybodyReplies(ScriptedReply.hangUp());
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://orders/x"))
                .method(method, BodyPublishers.noBody())
                .build();
        assertThatThrownBy(() -> http.send(request, BodyHandlers.ofString())).isInstanceOf(IOException.class);
        assertThat(one.requestCount() + two.requestCount()).isEqualTo(2);
        assertThat(one.requestCount()).isIn(0, 2);
        assertThat(picks()).isEqualTo(1);
        assertThat(outcomes(Kind.FAILED)).isEqualTo(1);
    }

    private void everybodyReplies(ScriptedReply reply) {
        one.reply(reply);
        two.reply(reply);
    }
}
