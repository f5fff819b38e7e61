package dev.evenkeel.lb.session;

import static dev.evenkeel.lb.session.SessionTokensTest.secret;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class SessionTokensProperties {

    private final VirtualClock clock = new VirtualClock();
    private final SessionTokens tokens =
            SessionTokens.builder(secret(1)).clock(clock).build();

    private String tokenAt(String id) {
        return tokens.token("orders", SessionTokens.at("orders", id)).orElseThrow();
    }

    private Optional<String> read(String token) {
        StickySession session = tokens.resume("orders", token);
        return session.instanceId("orders");
    }

    @Property
    void everyIdComesBackWhileItIsYoung(@ForAll("ids") String id, @ForAll @LongRange(max = 86_399) long seconds) {
        String token = tokenAt(id);
        clock.advance(Duration.ofSeconds(seconds));
        assertThat(read(token)).contains(id);
        assertThat(token.length() % 64).isZero();
        assertThat(token.length()).isLessThanOrEqualTo(SessionTokens.MAX_LENGTH);
    }

    @Property
    void noOtherBitIsAccepted(@ForAll("ids") String id, @ForAll @IntRange(max = 100_000) int place) {
        byte[] sealed = Base64.getUrlDecoder().decode(tokenAt(id));
        sealed[place / 8 % sealed.length] ^= (byte) (1 << place % 8);
        assertThat(read(Base64.getUrlEncoder().encodeToString(sealed))).isEmpty();
    }

    @Property
    void noOtherCharacterIsAccepted(
            @ForAll("ids") String id, @ForAll @IntRange(max = 100_000) int place, @ForAll char other) {
        StringBuilder changed = new StringBuilder(tokenAt(id));
        int at = place % changed.length();
        boolean same = changed.charAt(at) == other;
        changed.setCharAt(at, other);
        assertThat(read(changed.toString()).isPresent()).isEqualTo(same);
    }

    @Property
    void noPartAndNoMoreIsAccepted(
            @ForAll("ids") String id,
            @ForAll @IntRange(max = 100_000) int place,
            @ForAll @StringLength(max = 80) String more) {
        String token = tokenAt(id);
        assertThat(read(token.substring(0, place % token.length()))).isEmpty();
        assertThat(read(token.substring(1 + place % token.length()))).isEmpty();
        assertThat(read(token + more).isPresent()).isEqualTo(more.isEmpty());
        assertThat(read(more + token).isPresent()).isEqualTo(more.isEmpty());
    }

    @Property
    void noOtherSecretAndNoOtherServiceIsAccepted(@ForAll("ids") String id, @ForAll int seed) {
        String token = tokenAt(id);
        SessionTokens others = SessionTokens.builder(secret(seed))
                .alsoAccept(secret(seed + 1))
                .clock(clock)
                .build();
        boolean known = seed == 1 || seed == 0;
        assertThat(others.resume("orders", token).instanceId("orders").isPresent())
                .isEqualTo(known);
        assertThat(tokens.resume("order", token).instanceId("order")).isEmpty();
        assertThat(tokens.resume("orders.a", token).instanceId("orders.a")).isEmpty();
    }

    @Property
    void nothingIsAcceptedThatIsTooOld(
            @ForAll("ids") String id, @ForAll @LongRange(min = 86_400, max = 1L << 32) long age) {
        String token = tokenAt(id);
        VirtualClock later = new VirtualClock();
        later.advance(clock.elapsed().plusSeconds(age));
        SessionTokens old = SessionTokens.builder(secret(1)).clock(later).build();
        assertThat(old.resume("orders", token).instanceId("orders")).isEmpty();
    }

    // ---- whatever it is

    @Property
    void noStringIsAccepted(@ForAll String text) {
        assertThat(read(text)).isEmpty();
    }

    /** What is of the right form gets further. */
    @Property
    void noBytesAreAccepted(@ForAll @Size(48) byte[] bytes, @ForAll @IntRange(min = 1, max = 20) int times) {
        String part = Base64.getUrlEncoder().encodeToString(bytes);
        assertThat(read(part.repeat(times))).isEmpty();
    }

    /** Parts of good tokens, put together anew. */
    @Property
    void noMixtureIsAccepted(
            @ForAll("ids") String one, @ForAll("ids") String other, @ForAll @IntRange(min = 1, max = 1087) int cut) {
        String first = tokenAt(one);
        String second = tokenAt(other);
        if (first.equals(second) || cut >= Math.min(first.length(), second.length())) {
            return;
        }
        String mixed = first.substring(0, cut) + second.substring(cut);
        assertThat(read(mixed).isPresent()).isEqualTo(mixed.equals(first) || mixed.equals(second));
    }

    @Provide
    Arbitrary<String> ids() {
        return Arbitraries.strings()
                .withCharRange(' ', '~')
                .withChars("\u00e9\u4e2d\u20ac")
                .ofMinLength(1)
                .ofMaxLength(256);
    }
}
