package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class AuthorityProperties {

    @Property
    void changesNothingElse(@ForAll("rests") String rest, @ForAll("authorities") String before) {
        URI replaced = Authority.replaced(URI.create("http://" + before + rest), "10.0.0.1:8080");
        assertThat(replaced.toString()).isEqualTo("http://10.0.0.1:8080" + rest);
        assertThat(replaced.getHost()).isEqualTo("10.0.0.1");
        assertThat(replaced.getPort()).isEqualTo(8080);
    }

    @Property
    void canBeUndone(@ForAll("rests") String rest, @ForAll("authorities") String before) {
        URI uri = URI.create("https://" + before + rest);
        assertThat(Authority.replaced(Authority.replaced(uri, "[::1]:80"), before))
                .isEqualTo(uri);
    }

    @Example
    void takesIpv6Addresses() {
        URI replaced = Authority.replaced(URI.create("http://orders/a%2Fb//c?d=//e/#f"), "[fe80::1]:80");
        assertThat(replaced.toString()).isEqualTo("http://[fe80::1]:80/a%2Fb//c?d=//e/#f");
        assertThat(replaced.getHost()).isEqualTo("[fe80::1]");
    }

    @Provide
    Arbitrary<String> authorities() {
        return Arbitraries.of("orders", "ORDERS", "orders:9999", "user:secret@orders", "orders.v1:", "[::2]:80");
    }

    @Provide
    Arbitrary<String> rests() {
        Arbitrary<String> path = pieces("/", "a", "%2F", "%E2%82%AC", ";v=1", ":", "@", "//", "..", ".")
                .map(text -> text.isEmpty() ? "" : "/" + text);
        Arbitrary<String> query =
                pieces("a=b", "&", "%20", "/", "?", "%26", "+").map(text -> text.isEmpty() ? "" : "?" + text);
        Arbitrary<String> fragment = pieces("f", "/", "?", "%23").map(text -> text.isEmpty() ? "" : "#" + text);
        return Combinators.combine(path, query, fragment).as((p, q, f) -> p + q + f);
    }

    private static Arbitrary<String> pieces(String... pieces) {
        return Arbitraries.of(pieces).list().ofMaxSize(8).map(list -> String.join("", list));
    }
}
