package dev.evenkeel.lb.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A key and a certificate for one name, signed with that key. The JDK can make one only with its tool; so each is made once
 * for the whole run.
 */
final class TestCertificate {

    private static final Map<String, TestCertificate> MADE = new ConcurrentHashMap<>();

    private static final String ALIAS = "own";
    private static final String PASSWORD = "secret";

    private final String name;
    private final KeyStore key;

    private TestCertificate(String name, KeyStore key) {
        this.name = name;
        this.key = key;
    }

    /** The certificate for this name: that of a host, or an IPv4 address. */
    static TestCertificate of(String name) {
        return MADE.computeIfAbsent(name, TestCertificate::make);
    }

    /** Another one for this name, which nobody trusts that trusts the first. */
    static TestCertificate another(String name) {
        return make(name);
    }

    /** For a server that has this certificate, and knows callers with one of these. */
    SSLContext ofServer(TestCertificate... callers) {
        return context("TLS", this, trustManager(callers));
    }

    /** For a client that trusts these servers. */
    static ContractTls trusting(TestCertificate... servers) {
        X509TrustManager trust = trustManager(servers);
        return new ContractTls(context("TLS", null, trust), trust);
    }

    /** For a client that has this certificate, and trusts these servers. */
    ContractTls ofCaller(TestCertificate... servers) {
        X509TrustManager trust = trustManager(servers);
        return new ContractTls(context("TLS", this, trust), trust);
    }

    /** Trusts whom these certificates are for. */
    static X509TrustManager trustManager(TestCertificate... trusted) {
        try {
            KeyStore all = KeyStore.getInstance("PKCS12");
            all.load(null, null);
            for (TestCertificate certificate : trusted) {
                all.setCertificateEntry(certificate.name, certificate.key.getCertificate(ALIAS));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(all);
            return (X509TrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static SSLContext context(String protocol, @Nullable TestCertificate own, X509TrustManager trust) {
        try {
            SSLContext context = SSLContext.getInstance(protocol);
            context.init(own == null ? null : own.keyManagers(), new TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private KeyManager[] keyManagers() throws GeneralSecurityException {
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(key, PASSWORD.toCharArray());
        return factory.getKeyManagers();
    }

    private static TestCertificate make(String name) {
        try {
            Path directory = Files.createTempDirectory("evenkeel-certificate");
            Path file = directory.resolve("store");
            try {
                runKeytool(name, file);
                KeyStore key = KeyStore.getInstance("PKCS12");
                try (InputStream in = Files.newInputStream(file)) {
                    key.load(in, PASSWORD.toCharArray());
                }
                return new TestCertificate(name, key);
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(directory);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void runKeytool(String name, Path store) throws IOException {
        boolean address = name.chars().allMatch(c -> c == '.' || Character.isDigit(c));
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-J-XX:TieredStopAtLevel=1", // is over before more would pay
                        "-genkeypair",
                        "-alias",
                        ALIAS,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=" + (address ? "ip:" : "dns:") + name,
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .start();
        try {
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!keytool.waitFor(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IOException("keytool: " + said);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("keytool: interrupted", interrupted);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
