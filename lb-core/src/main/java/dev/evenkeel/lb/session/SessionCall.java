package dev.evenkeel.lb.session;

import dev.evenkeel.lb.request.StickySession;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One call over HTTP that belongs to a session, for adapters of HTTP clients: what its request brought, and what its response gets.
 * Safe for concurrent use.
 */
public final class SessionCall {

    private final SessionTokens tokens;
    private final Carrier carrier;
    private final String serviceName;
    private final SessionTokens.@Nullable Reading reading;
    private final StickySession session;

    SessionCall(SessionTokens tokens, Carrier carrier, String serviceName, List<String> values) {
        this.tokens = tokens;
        this.carrier = carrier;
        this.serviceName = serviceName;
        String token = carrier.token(values);
        this.reading = token == null ? null : tokens.read(serviceName, token);
        this.session = reading == null ? new StickySession() : SessionTokens.at(serviceName, reading.instanceId());
    }

    /** What the pick has to know: one object for all attempts of the call. */
    public StickySession session() {
        return session;
    }

    /**
     * The value of the {@linkplain HttpSessions#responseHeader header} that the response gets; empty if the token that the
     * caller has will do. To be asked once there is a response.
     *
     * @param secure whether the call was one over TLS
     */
    public Optional<String> answer(boolean secure) {
        return session.instanceId(serviceName)
                .filter(this::isNews)
                .map(id -> carrier.written(tokens.issue(serviceName, id), tokens.end(), secure));
    }

    private boolean isNews(String instanceId) {
        return reading == null || reading.aged() || !reading.instanceId().equals(instanceId);
    }
}
