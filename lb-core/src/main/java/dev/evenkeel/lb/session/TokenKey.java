package dev.evenkeel.lb.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals what a token says, so that nobody without the secret can read it, change it, or make one. Immutable.
 *
 * <pre>
 * plain   issued, 8 bytes | length of id, 2 bytes | id | zeros up to 32 bytes, 80, 128, ...
 * seal    the first 16 bytes of HMAC(key 1, length of service | service | plain)
 * sealed  seal | plain xor (HMAC(key 2, seal | 0) | HMAC(key 2, seal | 1) | ...)
 * </pre>
 *
 * <p>HMAC is that with SHA-256, both keys are made from the secret. The seal proves the text, and is the nonce under which it is
 * encrypted (Rogaway and Shrimpton, Deterministic Authenticated-Encryption, 2006): no randomness is needed, and equal tokens tell
 * no more than that they are equal. Without the key a token looks like random bytes, whatever its id is; its length tells that of
 * the id, in steps of 48.
 */
final class TokenKey {

    private static final int SEAL = 16;
    private static final int HEAD = Long.BYTES + Short.BYTES;

    /** As long as an id may be: 256 characters. */
    private static final int MAX_ID = 768;

    /** How long a sealed text is, or a multiple of it: no bit is left over when it is written in base 64. */
    static final int STEP = 48;

    static final int MAX_SEALED = (SEAL + HEAD + MAX_ID + STEP - 1) / STEP * STEP;

    private static final String HMAC = "HmacSHA256";

    private final SecretKeySpec sealing;
    private final SecretKeySpec encrypting;

    TokenKey(byte[] secret) {
        SecretKeySpec root = new SecretKeySpec(secret, HMAC);
        this.sealing = new SecretKeySpec(hmac(root).doFinal(ascii("evenkeel session token 1, seal")), HMAC);
        this.encrypting = new SecretKeySpec(hmac(root).doFinal(ascii("evenkeel session token 1, text")), HMAC);
    }

    /** What a token says. */
    record Text(long issued, String instanceId) {}

    byte[] seal(String serviceName, Text text) {
        byte[] id = text.instanceId().getBytes(StandardCharsets.UTF_8);
        byte[] sealed = new byte[(SEAL + HEAD + id.length + STEP - 1) / STEP * STEP];
        ByteBuffer.wrap(sealed, SEAL, sealed.length - SEAL)
                .putLong(text.issued())
                .putShort((short) id.length)
                .put(id);
        byte[] seal = sealOf(serviceName, sealed);
        System.arraycopy(seal, 0, sealed, 0, SEAL);
        crypt(sealed);
        return sealed;
    }

    /** What was sealed with this key for this service, or null. Overwrites what it is given. */
    @Nullable Text open(String serviceName, byte[] sealed) {
        crypt(sealed);
        byte[] seal = sealOf(serviceName, sealed);
        if (!MessageDigest.isEqual(seal, Arrays.copyOf(sealed, SEAL))) {
            return null;
        }
        ByteBuffer plain = ByteBuffer.wrap(sealed, SEAL, sealed.length - SEAL); // ours, so that it is what it has to be
        long issued = plain.getLong();
        byte[] id = new byte[plain.getShort()];
        plain.get(id);
        return new Text(issued, new String(id, StandardCharsets.UTF_8));
    }

    private byte[] sealOf(String serviceName, byte[] sealed) {
        byte[] service = serviceName.getBytes(StandardCharsets.UTF_8);
        Mac mac = hmac(sealing);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(service.length).flip());
        mac.update(service);
        mac.update(sealed, SEAL, sealed.length - SEAL);
        return Arrays.copyOf(mac.doFinal(), SEAL);
    }

    /** Encrypts, or decrypts, what follows the seal. */
    private void crypt(byte[] sealed) {
        Mac mac = hmac(encrypting);
        byte[] stream = new byte[0];
        for (int at = SEAL, block = 0; at < sealed.length; at += stream.length, block++) {
            mac.update(sealed, 0, SEAL);
            mac.update((byte) block);
            stream = mac.doFinal();
            for (int i = 0; i < stream.length && at + i < sealed.length; i++) {
                sealed[at + i] ^= stream[i];
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Mac hmac(SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException impossible) { // every JVM has it
            throw new IllegalStateException(HMAC + ": not there", impossible);
        }
    }
}
