package dev.evenkeel.lb.strategy;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * SipHash-1-3 (Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012; one compression and three finalization
 * rounds) of the UTF-16 code units of a string, low byte first. Without the secret nobody can choose strings whose hashes
 * collide. Does not allocate, which is why it is here.
 */
final class SipHash {

    /** Known to everybody: makes all clients agree, and protects from nothing. */
    static final byte[] PUBLIC_SECRET = "evenkeel.sticky1".getBytes(StandardCharsets.US_ASCII);

    private static final int SECRET_LENGTH = 16;
    private static final int FINALIZATION_ROUNDS = 3;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final long k0;
    private final long k1;

    private SipHash(long k0, long k1) {
        this.k0 = k0;
        this.k1 = k1;
    }

    static SipHash withSecret(byte[] secret) {
        requireNonNull(secret, "secret");
        if (secret.length != SECRET_LENGTH) {
            throw new IllegalArgumentException(
                    "secret: " + secret.length + " bytes (expected: " + SECRET_LENGTH + " bytes)");
        }
        return new SipHash((long) LONGS.get(secret, 0), (long) LONGS.get(secret, 8));
    }

    long hash(String text) {
        int length = text.length();
        long v0 = k0 ^ 0x736f6d6570736575L;
        long v1 = k1 ^ 0x646f72616e646f6dL;
        long v2 = k0 ^ 0x6c7967656e657261L;
        long v3 = k1 ^ 0x7465646279746573L;
        int words = length / 4;
        for (int at = 0; at <= words; at++) {
            long word = at < words ? fullWord(text, at) : lastWord(text);
            v3 ^= word;
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
            v0 ^= word;
        }
        v2 ^= 0xff;
        for (int round = 0; round < FINALIZATION_ROUNDS; round++) {
            v0 += v1;
            v1 = Long.rotateLeft(v1, 13) ^ v0;
            v0 = Long.rotateLeft(v0, 32);
            v2 += v3;
            v3 = Long.rotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = Long.rotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = Long.rotateLeft(v1, 17) ^ v2;
            v2 = Long.rotateLeft(v2, 32);
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static long fullWord(String text, int word) {
        int at = word * 4;
        return text.charAt(at)
                | (long) text.charAt(at + 1) << 16
                | (long) text.charAt(at + 2) << 32
                | (long) text.charAt(at + 3) << 48;
    }

    /** Up to three code units, and the length in bytes in the highest byte. */
    private static long lastWord(String text) {
        int length = text.length();
        long word = (length * 2L) << 56;
        for (int i = length & ~3; i < length; i++) {
            word |= (long) text.charAt(i) << (16 * (i & 3));
        }
        return word;
    }
}
