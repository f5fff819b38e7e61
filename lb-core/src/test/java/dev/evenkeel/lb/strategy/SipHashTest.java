package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Held against a byte-wise form of the specification, which is itself held against another implementation. */
class SipHashTest {

    @Property
    void theReferenceIsRight(@ForAll byte[] data, @ForAll long k0, @ForAll long k1) {
        assertThat(reference(2, 4, k0, k1, data))
                .isEqualTo(Hashing.sipHash24(k0, k1).hashBytes(data).asLong());
    }

    @Property
    void agreesWithTheReference(@ForAll String text, @ForAll @Size(16) byte[] secret) {
        long k0 = littleEndian(secret, 0);
        long k1 = littleEndian(secret, 8);
        assertThat(SipHash.withSecret(secret).hash(text))
                .isEqualTo(reference(1, 3, k0, k1, text.getBytes(StandardCharsets.UTF_16LE)));
    }

    /** The first entry of the published vectors of SipHash-1-3: key 00..0f, no input. */
    @Test
    void agreesWithThePublishedVector() {
        byte[] secret = new byte[16];
        for (int i = 0; i < 16; i++) {
            secret[i] = (byte) i;
        }
        assertThat(SipHash.withSecret(secret).hash("")).isEqualTo(0xabac0158050fc4dcL);
    }

    @Test
    void refusesASecretOfTheWrongLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SipHash.withSecret(new byte[15]))
                .withMessage("secret: 15 bytes (expected: 16 bytes)");
    }

    private static long reference(int compressions, int finalizations, long k0, long k1, byte[] data) {
        long[] v = {
            k0 ^ 0x736f6d6570736575L, k1 ^ 0x646f72616e646f6dL, k0 ^ 0x6c7967656e657261L, k1 ^ 0x7465646279746573L
        };
        byte[] padded = new byte[data.length / 8 * 8 + 8];
        System.arraycopy(data, 0, padded, 0, data.length);
        padded[padded.length - 1] = (byte) data.length;
        for (int at = 0; at < padded.length; at += 8) {
            long word = littleEndian(padded, at);
            v[3] ^= word;
            for (int i = 0; i < compressions; i++) {
                round(v);
            }
            v[0] ^= word;
        }
        v[2] ^= 0xff;
        for (int i = 0; i < finalizations; i++) {
            round(v);
        }
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void round(long[] v) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
        v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
        v[0] = Long.rotateLeft(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
        v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
        v[2] = Long.rotateLeft(v[2], 32);
    }

    private static long littleEndian(byte[] bytes, int at) {
        long word = 0;
        for (int i = 0; i < 8; i++) {
            word |= (bytes[at + i] & 0xffL) << (8 * i);
        }
        return word;
    }
}
