package dev.evenkeel.lb.session;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.text.DurationRange;
import dev.evenkeel.lb.text.HostNames;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link StickySession} into a token that a caller can store, and a token into the session again: after a restart, or
 * in another process that has the same secret.
 *
 * <pre>{@code
 * SessionTokens tokens = SessionTokens.builder(secret).build();
 * StickySession session = stored == null ? new StickySession() : tokens.resume("carts", stored);
 * try (Lease lease = carts.acquire(PickRequest.inSession(session))) {
 *     talkTo(lease.instance().address());
 *     lease.succeeded();
 * }
 * stored = tokens.token("carts", session).orElseThrow();
 * }</pre>
 *
 * <p><b>What a token is.</b> 64 characters of the URL-safe base 64, more for ids of more than 22 bytes, up to {@value #MAX_LENGTH}.
 * It says which instance of which service the session is with, and since when, encrypted and authenticated with HMAC-SHA-256:
 * whoever has it can give it back, and read, change or make up nothing. It proves nothing of who the caller is: whoever has it may
 * be with that instance, and no more.
 *
 * <p><b>What counts as none:</b> a token that was changed or made up, of another service, of a secret that is not known (any more),
 * that is too old, too long, or not a token at all. All look the same to the caller, who gets a new session; no exception tells
 * them apart, and nothing of them is repeated anywhere. {@link #refused} counts them. An instance that is gone is no
 * reason to refuse a token: its session moves.
 *
 * <p><b>Cost.</b> Making or reading one computes HMAC-SHA-256 twice over some hundred bytes, and more often for longer ids: a matter
 * of microseconds. Reading one that was made up does so for each secret. No more than {@value #MAX_LENGTH} characters are looked
 * at, no lock is held, and nothing is remembered.
 *
 * <p>Immutable but for the count, and safe for concurrent use.
 */
public final class SessionTokens {

    /** No token is longer, in characters. */
    public static final int MAX_LENGTH = TokenKey.MAX_SEALED / 3 * 4;

    private static final int LENGTH_STEP = TokenKey.STEP / 3 * 4;
    private static final DurationRange LIFETIMES = new DurationRange(Duration.ofSeconds(1), Duration.ofDays(365));

    /** The newest one first. */
    private final List<TokenKey> keys;

    private final Duration lifetime;
    private final InstantSource clock;
    private final LongAdder refused = new LongAdder();

    private SessionTokens(Builder builder) {
        this.keys = List.copyOf(builder.keys);
        this.lifetime = builder.lifetime;
        this.clock = builder.clock;
    }

    /**
     * Starts with the secret that makes tokens.
     *
     * @param secret at least 32 bytes, best from a {@link java.security.SecureRandom}; is copied
     * @throws IllegalArgumentException if it is shorter
     */
    public static Builder builder(byte[] secret) {
        return new Builder(secret);
    }

    /** What a good token says, and whether it should be replaced. */
    record Reading(String instanceId, boolean aged) {}

    /**
     * The token of a session; empty before its first call.
     *
     * @throws IllegalArgumentException if there is no such name of a service
     */
    public Optional<String> token(String serviceName, StickySession session) {
        String service = HostNames.canonicalServiceName("serviceName", serviceName);
        return session.instanceId(service).map(id -> issue(service, id));
    }

    /**
     * The session that a token tells of; a new one if it counts as none.
     *
     * @throws IllegalArgumentException if there is no such name of a service
     */
    public StickySession resume(String serviceName, String token) {
        String service = HostNames.canonicalServiceName("serviceName", serviceName);
        Reading reading = read(service, requireNonNull(token, "token"));
        return reading == null ? new StickySession() : at(service, reading.instanceId());
    }

    /** How many tokens have counted as none. */
    public long refused() {
        return refused.sum();
    }

    static StickySession at(String service, String instanceId) {
        StickySession session = new StickySession();
        session.move(service, Optional.empty(), instanceId);
        return session;
    }

    String issue(String service, String instanceId) {
        TokenKey.Text text = new TokenKey.Text(clock.instant().getEpochSecond(), instanceId);
        return Base64.getUrlEncoder().encodeToString(keys.get(0).seal(service, text));
    }

    @Nullable Reading read(String service, String token) {
        Reading reading = look(service, token);
        if (reading == null) {
            refused.increment();
        }
        return reading;
    }

    /** The same, but not counted if it is none: it may be one of another service. */
    @Nullable Reading look(String service, String token) {
        TokenKey.Text text = isWellFormed(token) ? open(service, token) : null;
        if (text == null) {
            return null;
        }
        Duration age = Duration.between(Instant.ofEpochSecond(text.issued()), clock.instant());
        boolean good = age.abs().compareTo(lifetime) < 0; // clocks of several machines differ
        return good ? new Reading(text.instanceId(), age.compareTo(lifetime.dividedBy(2)) >= 0) : null;
    }

    private TokenKey.@Nullable Text open(String service, String token) {
        for (TokenKey key : keys) {
            TokenKey.Text text = key.open(service, Base64.getUrlDecoder().decode(token));
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    /** Whether it can be decoded, in one way only. */
    private static boolean isWellFormed(String token) {
        return !token.isEmpty()
                && token.length() <= MAX_LENGTH
                && token.length() % LENGTH_STEP == 0
                && token.chars().allMatch(SessionTokens::isBase64);
    }

    private static boolean isBase64(int c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /** Until when a token is good that is made now. */
    Instant end() {
        return clock.instant().plus(lifetime);
    }

    Duration lifetime() {
        return lifetime;
    }

    @Override
    public String toString() {
        return "SessionTokens[keys=" + keys.size() + ", lifetime=" + lifetime + "]";
    }

    /** Builds them; not safe for concurrent use. Every setter refuses a bad value at once. */
    public static final class Builder {

        /** So that a token that is made up costs no more than this. */
        private static final int MAX_KEYS = 4;

        private static final int MIN_SECRET = 32;

        private final List<TokenKey> keys = new ArrayList<>();
        private Duration lifetime = Duration.ofDays(1);
        private InstantSource clock = InstantSource.system();

        private Builder(byte[] secret) {
            add(secret);
        }

        /**
         * Goes on to accept what was made with a secret that was used before. To change the secret: first let all processes
         * accept the new one like this, then make it the one that makes tokens, and drop the old one when the lifetime of its
         * tokens is over.
         *
         * @param secret at least 32 bytes; there may be three of them
         */
        public Builder alsoAccept(byte[] secret) {
            if (keys.size() == MAX_KEYS) {
                throw new IllegalArgumentException(
                        "secrets: " + (MAX_KEYS + 1) + " (expected: at most " + MAX_KEYS + ")");
            }
            add(secret);
            return this;
        }

        /** Sets how old a token may be, from 1 s to 365 days. Default one day. */
        public Builder lifetime(Duration lifetime) {
            this.lifetime = LIFETIMES.check("lifetime", lifetime);
            return this;
        }

        /** Sets the clock on the wall. Default that of the system. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        public SessionTokens build() {
            return new SessionTokens(this);
        }

        private void add(byte[] secret) {
            requireNonNull(secret, "secret");
            if (secret.length < MIN_SECRET) {
                throw new IllegalArgumentException(
                        "secret: " + secret.length + " bytes (expected: at least " + MIN_SECRET + ")");
            }
            keys.add(new TokenKey(secret));
        }
    }
}
