package dev.evenkeel.lb.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.LoadBalancerBuilder;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTokensTest {

    private static final int FORGED = 1_000_000;

    private final VirtualClock clock = new VirtualClock();
    private final SessionTokens tokens = tokens(1);

    private SessionTokens tokens(int secret) {
        return SessionTokens.builder(secret(secret)).clock(clock).build();
    }

    static byte[] secret(int seed) {
        byte[] secret = new byte[32];
        new Random(seed).nextBytes(secret);
        return secret;
    }

    private static String tokenAt(SessionTokens tokens, String id) {
        StickySession session = new StickySession();
        session.move("orders", session.instanceId("orders"), id);
        return tokens.token("orders", session).orElseThrow();
    }

    private static boolean isGood(SessionTokens tokens, String token) {
        return tokens.resume("orders", token).instanceId("orders").isPresent();
    }

    // ---- what it is good for

    @Test
    void continuesASessionInAnotherProcess() {
        StickySession session = new StickySession();
        assertThat(tokens.token("orders", session)).isEmpty();
        String id;
        try (LoadBalancer orders = orders()) {
            orders.acquire().succeeded();
            var lease = orders.acquire(PickRequest.inSession(session));
            id = lease.instance().id();
            lease.succeeded();
        }
        String token = tokens.token("orders", session).orElseThrow();
        SessionTokens elsewhere = tokens(1);
        try (LoadBalancer orders = orders()) {
            for (int i = 0; i < 3; i++) {
                var lease = orders.acquire(PickRequest.inSession(elsewhere.resume("Orders.", token)));
                assertThat(lease.instance().id()).isEqualTo(id);
                lease.succeeded();
            }
        }
        assertThat(elsewhere.refused()).isZero();
    }

    @Test
    void aTokenIsOfOneService() {
        String token = tokenAt(tokens, "10.0.0.1:80");
        assertThat(tokens.resume("users", token).instanceId("users")).isEmpty();
        assertThat(tokens.refused()).isOne();
    }

    @Test
    void secretsCanBeChangedWithoutLosingASession() {
        SessionTokens before = tokens(1);
        SessionTokens during = SessionTokens.builder(secret(1))
                .alsoAccept(secret(2))
                .clock(clock)
                .build();
        SessionTokens after = SessionTokens.builder(secret(2))
                .alsoAccept(secret(1))
                .clock(clock)
                .build();
        SessionTokens atLast = tokens(2);
        String old = tokenAt(before, "a");
        String young = tokenAt(after, "a");
        assertThat(isGood(during, old)).isTrue();
        assertThat(isGood(during, young)).isTrue();
        assertThat(isGood(before, tokenAt(during, "a"))).isTrue();
        assertThat(isGood(after, old)).isTrue();
        assertThat(isGood(atLast, young)).isTrue();
        assertThat(isGood(atLast, old)).isFalse();
        assertThat(isGood(before, young)).isFalse();
    }

    @Test
    void aTokenGrowsTooOld() {
        String token = tokenAt(tokens, "a");
        clock.advance(Duration.ofDays(1).minusSeconds(1));
        assertThat(isGood(tokens, token)).isTrue();
        clock.advance(Duration.ofSeconds(1));
        assertThat(isGood(tokens, token)).isFalse();
        SessionTokens longer = SessionTokens.builder(secret(1))
                .lifetime(Duration.ofDays(2))
                .clock(clock)
                .build();
        assertThat(isGood(longer, token)).isTrue();
    }

    /** Clocks of several machines differ, but a token from far ahead would live for ever. */
    @Test
    void aTokenMayBeFromAClockThatIsAhead() {
        VirtualClock ahead = new VirtualClock();
        ahead.advance(Duration.ofMinutes(10));
        SessionTokens elsewhere = SessionTokens.builder(secret(1)).clock(ahead).build();
        assertThat(isGood(tokens, tokenAt(elsewhere, "a"))).isTrue();
        ahead.advance(Duration.ofDays(1));
        assertThat(isGood(tokens, tokenAt(elsewhere, "a"))).isFalse();
    }

    // ---- what it gives away

    @Test
    void tellsNothingInAnyDecoding() {
        for (String id : List.of("10.0.0.1:8080", "[2001:db8::17]:8080", "orders-7f9c.eu.example:8443", "pod-0")) {
            for (int second = 0; second < 20; second++) {
                clock.advance(Duration.ofSeconds(1));
                String token = tokenAt(tokens, id);
                assertThat(token).matches("[A-Za-z0-9_-]{64}|[A-Za-z0-9_-]{128}");
                for (String form : forms(token)) {
                    assertThat(form.toLowerCase(Locale.ROOT)).doesNotContain(parts(id));
                }
            }
        }
    }

    /** The token, what it may be decoded to, and that backwards. */
    private static List<String> forms(String token) {
        byte[] bytes = Base64.getUrlDecoder().decode(token);
        List<String> forms = new ArrayList<>(List.of(
                token,
                new String(bytes, StandardCharsets.ISO_8859_1),
                new String(bytes, StandardCharsets.UTF_16BE),
                new String(bytes, StandardCharsets.UTF_16LE)));
        StringBuilder decimal = new StringBuilder();
        for (byte b : bytes) {
            decimal.append(b & 0xff).append('.');
        }
        forms.add(HexFormat.of().formatHex(bytes));
        for (String form : List.copyOf(forms)) {
            forms.add(new StringBuilder(form).reverse().toString());
        }
        forms.add(decimal.toString()); // an address would be four bytes of it
        return forms;
    }

    private static List<String> parts(String id) {
        List<String> parts =
                new ArrayList<>(List.of(id, HexFormat.of().formatHex(id.getBytes(StandardCharsets.UTF_8))));
        if (id.startsWith("10.")) {
            parts.addAll(List.of("10.0.0.1.", "0a000001", "10.0.0", ":8080"));
        } else {
            parts.addAll(Arrays.stream(id.split("[^a-z0-9]+"))
                    .filter(part -> part.length() > 4)
                    .toList());
        }
        return parts;
    }

    @Test
    void nobodySeesWhichTokensAreOfOneInstance() {
        String first = tokenAt(tokens, "a");
        clock.advance(Duration.ofSeconds(1));
        byte[] one = Base64.getUrlDecoder().decode(first);
        byte[] other = Base64.getUrlDecoder().decode(tokenAt(tokens, "a"));
        int equal = 0;
        for (int i = 0; i < one.length; i++) {
            equal += one[i] == other[i] ? 1 : 0;
        }
        assertThat(equal).isLessThan(6); // of 48: by chance, 0.2
    }

    @Test
    void namesNoSecret() {
        assertThat(tokens).hasToString("SessionTokens[keys=1, lifetime=PT24H]");
        assertThat(HttpSessions.inHeader(tokens).toString()).doesNotContain("keys");
    }

    // ---- what counts as none

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "10.0.0.1:8080",
                "MTAuMC4wLjE6ODA4MA==",
                "../../../../etc/passwd",
                "null",
                "\u0000\u0000",
                "a\r\nb",
                "================================================================",
                "\u0430\u0430\u0430\u0430\u0430\u0430\u0430\u0430"
            })
    void whatIsNoTokenCountsAsNone(String text) {
        assertThat(isGood(tokens, text)).isFalse();
        assertThat(tokens.refused()).isOne();
    }

    @Test
    void whatIsTooLongIsNotLookedAt() {
        assertThat(isGood(tokens, "A".repeat(SessionTokens.MAX_LENGTH))).isFalse();
        assertThat(isGood(tokens, "A".repeat(SessionTokens.MAX_LENGTH + 64))).isFalse();
        assertThat(isGood(tokens, "A".repeat(64 << 20))).isFalse();
        assertThat(tokens.refused()).isEqualTo(3);
    }

    @Test
    void theLongestIdFits() {
        String id = "\u4e2d".repeat(ServiceInstance.MAX_ID_LENGTH);
        String token = tokenAt(tokens, id);
        assertThat(token).hasSize(SessionTokens.MAX_LENGTH);
        assertThat(tokens.resume("orders", token).instanceId("orders")).contains(id);
    }

    /** Tokens that are made up are new sessions, and those go round. */
    @Test
    void manyThatAreMadeUpLeaveTheSharesAsTheyAre() {
        Random random = new Random(7);
        byte[] bytes = new byte[48];
        try (LoadBalancer orders = orders()) {
            for (int i = 0; i < FORGED; i++) {
                random.nextBytes(bytes);
                String token = Base64.getUrlEncoder().encodeToString(bytes);
                orders.acquire(PickRequest.inSession(tokens.resume("orders", token)))
                        .succeeded();
            }
            assertThat(orders.snapshot().instances())
                    .allSatisfy(instance -> assertThat(instance.outcomes(Outcome.Kind.SUCCESS))
                            .isBetween(FORGED / 4L, FORGED / 4L + 1));
            assertThat(orders.snapshot().inFlight()).isZero();
        }
        assertThat(tokens.refused()).isEqualTo(FORGED);
    }

    /** Each call has a session of its own then, and all are with one instance. */
    @Test
    void oneThatIsUsedAgainAndAgainStaysWithinTheBound() {
        String token = tokenAt(tokens, "10.0.0.1:80");
        try (LoadBalancer orders = builder().maxSessionLoad(1.25).build()) {
            List<Lease> leases = new ArrayList<>();
            for (int total = 1; total <= 200; total++) {
                leases.add(orders.acquire(PickRequest.inSession(tokens.resume("orders", token))));
                assertThat(orders.snapshot().instance("10.0.0.1:80").inFlight())
                        .isLessThanOrEqualTo((int) Math.ceil(1.25 * total / 4));
            }
            assertThat(orders.snapshot().instance("10.0.0.1:80").inFlight()).isGreaterThanOrEqualTo(50);
            leases.forEach(Lease::succeeded);
        }
    }

    private static LoadBalancer orders() {
        return builder().build();
    }

    private static LoadBalancerBuilder builder() {
        return LoadBalancer.builder("orders")
                .instances("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80")
                .strategy(Strategies.roundRobin());
    }

    // ---- settings

    @Test
    void refusesNonsense() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SessionTokens.builder(new byte[31]))
                .withMessage("secret: 31 bytes (expected: at least 32)");
        assertThatNullPointerException()
                .isThrownBy(() -> SessionTokens.builder(null))
                .withMessage("secret");
        SessionTokens.Builder builder = SessionTokens.builder(secret(1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.alsoAccept(new byte[0]))
                .withMessage("secret: 0 bytes (expected: at least 32)");
        for (Duration lifetime : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofDays(366))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.lifetime(lifetime))
                    .withMessage("lifetime: " + lifetime + " (expected: PT1S..PT8760H)");
        }
        builder.alsoAccept(secret(2)).alsoAccept(secret(3)).alsoAccept(secret(4));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.alsoAccept(secret(5)))
                .withMessage("secrets: 5 (expected: at most 4)");
        assertThatIllegalArgumentException().isThrownBy(() -> tokens.resume("no/service", "x"));
        assertThatNullPointerException()
                .isThrownBy(() -> tokens.resume("orders", null))
                .withMessage("token");
    }

    @Test
    void theSecretIsCopied() {
        byte[] secret = secret(1);
        SessionTokens copied = SessionTokens.builder(secret).clock(clock).build();
        Arrays.fill(secret, (byte) 0);
        assertThat(isGood(copied, tokenAt(tokens, "a"))).isTrue();
    }
}
