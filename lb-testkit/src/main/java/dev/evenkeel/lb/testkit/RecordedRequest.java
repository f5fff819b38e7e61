package dev.evenkeel.lb.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A request as it arrived at a {@link ScriptedServer}. An immutable value. */
public final class RecordedRequest {

    private final List<String> head;
    private final String method;
    private final String target;
    private final Map<String, List<String>> headers;
    private final byte[] body;
    private final Optional<SSLSession> tlsSession;

    RecordedRequest(
            List<String> head,
            String method,
            String target,
            Map<String, List<String>> headers,
            byte[] body,
            @Nullable SSLSession tlsSession) {
        this.head = List.copyOf(head);
        this.method = method;
        this.target = target;
        this.headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, values) -> this.headers.put(name, List.copyOf(values)));
        this.body = body.clone();
        this.tlsSession = Optional.ofNullable(tlsSession);
    }

    /** Request line and headers, line by line, exactly as they came. Unmodifiable. */
    public List<String> head() {
        return head;
    }

    /** Such as {@code GET}. */
    public String method() {
        return method;
    }

    /** Path and query exactly as they stood in the request line. */
    public String target() {
        return target;
    }

    /** The first value of a header; the name's case does not matter. */
    public Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** All headers in the order of their names, whose case does not matter. Unmodifiable. */
    public Map<String, List<String>> headers() {
        return Collections.unmodifiableMap(headers);
    }

    /** The body, read as UTF-8; empty if there was none. */
    public String body() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** What was agreed in the TLS handshake of the connection that it came over; empty without TLS. */
    public Optional<SSLSession> tlsSession() {
        return tlsSession;
    }

    /** The name that the client asked for in the TLS handshake, if it did. */
    public Optional<String> serverName() {
        return tlsSession
                .map(ExtendedSSLSession.class::cast)
                .flatMap(session -> session.getRequestedServerNames().stream().findFirst())
                .map(name -> new String(name.getEncoded(), StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return method + " " + target;
    }
}
