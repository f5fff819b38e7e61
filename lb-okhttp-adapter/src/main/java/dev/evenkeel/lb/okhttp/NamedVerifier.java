package dev.evenkeel.lb.okhttp;

import java.util.Objects;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Verifies another name where OkHttp asks for the host of a balanced URL; as the user does. A value, as OkHttp compares it
 * before it uses a connection again.
 */
final class NamedVerifier implements HostnameVerifier {

    private final String urlHost;
    private final String name;
    private final HostnameVerifier verifier;

    NamedVerifier(String urlHost, String name, HostnameVerifier verifier) {
        this.urlHost = urlHost;
        this.name = name;
        this.verifier = verifier;
    }

    HostnameVerifier verifier() {
        return verifier;
    }

    @Override
    public boolean verify(String host, SSLSession session) {
        return verifier.verify(host.equals(urlHost) ? name : host, session);
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof NamedVerifier other
                && urlHost.equals(other.urlHost)
                && name.equals(other.name)
                && verifier.equals(other.verifier);
    }

    @Override
    public int hashCode() {
        return Objects.hash(urlHost, name);
    }

    @Override
    public String toString() {
        return urlHost + " as " + name;
    }
}
