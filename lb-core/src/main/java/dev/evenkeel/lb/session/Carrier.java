package dev.evenkeel.lb.session;

import com.google.common.base.Splitter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where in a message of HTTP a token is. Implementations are immutable. */
sealed interface Carrier {

    String requestHeader();

    String responseHeader();

    /** The first token among the values of the header of a request. */
    @Nullable String token(List<String> values);

    /** What is left of the values without tokens. */
    List<String> withoutToken(List<String> values);

    /** A token that is good until then, as the value of the header of a response. */
    String written(String token, Instant end, boolean secure);

    /** A header of its own. */
    record Header(String name) implements Carrier {

        @Override
        public String requestHeader() {
            return name;
        }

        @Override
        public String responseHeader() {
            return name;
        }

        @Override
        public @Nullable String token(List<String> values) {
            return values.isEmpty() ? null : values.get(0).strip();
        }

        @Override
        public List<String> withoutToken(List<String> values) {
            return List.of();
        }

        @Override
        public String written(String token, Instant end, boolean secure) {
            return token;
        }
    }

    /** One cookie among others, see RFC 6265. */
    record Cookie(String name, Duration lifetime) implements Carrier {

        private static final Splitter PAIRS = Splitter.on(';').trimResults().omitEmptyStrings();
        private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                        "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);

        @Override
        public String requestHeader() {
            return "Cookie";
        }

        @Override
        public String responseHeader() {
            return "Set-Cookie";
        }

        @Override
        public @Nullable String token(List<String> values) {
            for (String value : values) {
                for (String pair : PAIRS.split(value)) {
                    if (isToken(pair)) {
                        return pair.substring(name.length() + 1);
                    }
                }
            }
            return null;
        }

        @Override
        public List<String> withoutToken(List<String> values) {
            if (token(values) == null) {
                return values;
            }
            List<String> remaining = new ArrayList<>();
            for (String value : values) {
                String others = PAIRS.splitToStream(value)
                        .filter(pair -> !isToken(pair))
                        .collect(Collectors.joining("; "));
                if (!others.isEmpty()) {
                    remaining.add(others);
                }
            }
            return List.copyOf(remaining);
        }

        /** The end twice: one without the other makes some stores of cookies, such as the JDK's, take it for RFC 2965. */
        @Override
        public String written(String token, Instant end, boolean secure) {
            return name + "=" + token + "; Path=/; Max-Age=" + lifetime.toSeconds() + "; Expires=" + DATE.format(end)
                    + "; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "");
        }

        private boolean isToken(String pair) {
            return pair.startsWith(name) && pair.startsWith("=", name.length());
        }
    }
}
