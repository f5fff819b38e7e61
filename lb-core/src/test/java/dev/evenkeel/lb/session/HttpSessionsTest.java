package dev.evenkeel.lb.session;

import static dev.evenkeel.lb.session.SessionTokensTest.secret;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpSessionsTest {

    private final VirtualClock clock = new VirtualClock();
    private final SessionTokens tokens =
            SessionTokens.builder(secret(1)).clock(clock).build();
    private final HttpSessions header = HttpSessions.inHeader(tokens);
    private final HttpSessions cookie = HttpSessions.inCookie(tokens, "cart");

    private static void place(SessionCall call, String id) {
        assertThat(call.session().move("orders", call.session().instanceId("orders"), id))
                .isTrue();
    }

    private String newToken() {
        SessionCall first = header.begin("orders", List.of());
        place(first, "a");
        return first.answer(false).orElseThrow();
    }

    // ---- in a header

    @Test
    void aNewSessionGetsAToken() {
        assertThat(header.requestHeader()).isEqualTo("Lb-Session");
        assertThat(header.responseHeader()).isEqualTo("Lb-Session");
        SessionCall first = header.begin("orders", List.of());
        assertThat(first.answer(false)).isEmpty(); // where nobody answered
        place(first, "a");
        SessionCall second = header.begin("orders", List.of(first.answer(false).orElseThrow()));
        assertThat(second.session().instanceId("orders")).contains("a");
        assertThat(second.answer(false)).isEmpty();
    }

    @Test
    void oneThatHasMovedGetsAnother() {
        SessionCall call = header.begin("orders", List.of(newToken()));
        place(call, "b");
        SessionCall next = header.begin("orders", List.of(call.answer(false).orElseThrow()));
        assertThat(next.session().instanceId("orders")).contains("b");
    }

    /** One that is in use never grows too old. */
    @Test
    void oneThatIsOldGetsAnother() {
        String token = newToken();
        clock.advance(Duration.ofHours(12).minusSeconds(1));
        assertThat(header.begin("orders", List.of(token)).answer(false)).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        Optional<String> renewed = header.begin("orders", List.of(token)).answer(false);
        clock.advance(Duration.ofHours(13));
        assertThat(header.begin("orders", List.of(renewed.orElseThrow()))
                        .session()
                        .instanceId("orders"))
                .contains("a");
        assertThat(header.begin("orders", List.of(token)).session().instanceId("orders"))
                .isEmpty();
    }

    @Test
    void whatIsNoTokenIsANewSessionAndNotRepeated() {
        SessionCall call = header.begin("orders", List.of("forged"));
        assertThat(call.session().instanceId("orders")).isEmpty();
        place(call, "a");
        assertThat(call.answer(false).orElseThrow()).doesNotContain("forged");
        assertThat(tokens.refused()).isOne();
    }

    /** Nobody learns from an answer what was wrong: no token, one of somebody else's, or one that is too old. */
    @Test
    void whateverIsWrongWithATokenTheAnswerIsTheSame() {
        String expired = newToken();
        clock.advance(Duration.ofDays(1));
        HttpSessions strangers = HttpSessions.inHeader(
                SessionTokens.builder(secret(2)).clock(clock).build());
        SessionCall ofAnotherSecret = strangers.begin("orders", List.of());
        place(ofAnotherSecret, "b");
        SessionCall ofAnotherService = header.begin("carts", List.of());
        ofAnotherService.session().move("carts", Optional.empty(), "b");
        List<String> tokensThatAreNone = List.of(
                expired,
                ofAnotherSecret.answer(false).orElseThrow(),
                ofAnotherService.answer(false).orElseThrow(),
                newToken().substring(1) + "A",
                "A".repeat(SessionTokens.MAX_LENGTH),
                "A".repeat(1 << 20),
                "forged\r\nSet-Cookie: a=b");
        String answerToNone = newToken();
        for (String none : tokensThatAreNone) {
            SessionCall call = header.begin("orders", List.of(none));
            assertThat(call.session().instanceId("orders")).isEmpty();
            place(call, "a");
            assertThat(call.answer(false)).contains(answerToNone);
        }
        assertThat(tokens.refused()).isEqualTo(tokensThatAreNone.size());
    }

    @Test
    void theFirstOfSeveralCounts() {
        SessionCall call = header.begin("orders", List.of(" " + newToken() + " ", "forged"));
        assertThat(call.session().instanceId("orders")).contains("a");
        assertThat(header.withoutToken(List.of("forged", newToken()))).isEmpty();
    }

    // ---- in a cookie

    @Test
    void aCookieIsOneAmongOthers() {
        assertThat(cookie.requestHeader()).isEqualTo("Cookie");
        assertThat(cookie.responseHeader()).isEqualTo("Set-Cookie");
        String token = newToken();
        List<String> values = List.of("a=1; cart=" + token + ";b=2", "cart=again", "cartoon=3;cart");
        SessionCall call = cookie.begin("orders", values);
        assertThat(call.session().instanceId("orders")).contains("a");
        assertThat(cookie.withoutToken(values)).containsExactly("a=1; b=2", "cartoon=3; cart");
        assertThat(call.answer(true)).isEmpty();
    }

    @Test
    void otherCookiesStayAsTheyAre() {
        List<String> others = List.of("a=1;b=2; ;", "c");
        assertThat(cookie.withoutToken(others)).isEqualTo(others);
    }

    @Test
    void aCookieIsSetForTheWholeServiceAndForAsLongAsItCounts() {
        SessionCall call = cookie.begin("orders", List.of());
        place(call, "a");
        assertThat(call.answer(false).orElseThrow())
                .matches(
                        "cart=[A-Za-z0-9_-]{64}; Path=/; Max-Age=86400; Expires=Fri, 02 Jan 1970 00:00:00 GMT; HttpOnly;"
                                + " SameSite=Lax");
        assertThat(call.answer(true).orElseThrow()).endsWith("; SameSite=Lax; Secure");
    }

    // ---- names

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a\r\nb", "a\nSet-Cookie: x=y", "a:b", "a;b", "a=b", "\u00e9", "a\u0000"})
    void refusesWhatCannotBeAName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpSessions.inHeader(tokens, name))
                .withMessageMatching("header: \"[^\r\n]*\" \\(expected: letters, digits and [^ ]+\\)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpSessions.inCookie(tokens, name))
                .withMessageStartingWith("cookie: \"");
    }

    /** All cookies would be taken for a token, and away. */
    @ParameterizedTest
    @ValueSource(strings = {"Cookie", "cookie", "SET-COOKIE"})
    void refusesTheHeadersOfAllCookies(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpSessions.inHeader(tokens, name))
                .withMessage("header: " + name + " (expected: one of its own; inCookie for a cookie)");
        assertThat(HttpSessions.inCookie(tokens, name)).isNotNull();
    }

    @Test
    void refusesNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> HttpSessions.inHeader(null))
                .withMessage("tokens");
        assertThatNullPointerException()
                .isThrownBy(() -> HttpSessions.inHeader(tokens, null))
                .withMessage("header");
        assertThatNullPointerException()
                .isThrownBy(() -> HttpSessions.inCookie(tokens, null))
                .withMessage("cookie");
    }
}
