package dev.evenkeel.lb.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceInstanceTest {

    @Test
    void hasDefaultsForAllButTheAddress() {
        ServiceInstance instance = ServiceInstance.of("10.0.0.1:8080");

        assertThat(instance.id()).isEqualTo("10.0.0.1:8080");
        assertThat(instance.host()).isEqualTo("10.0.0.1");
        assertThat(instance.port()).isEqualTo(8080);
        assertThat(instance.weight()).isEqualTo(1);
        assertThat(instance.zone()).isEmpty();
        assertThat(instance.priority()).isZero();
        assertThat(instance.startTime()).isEmpty();
        assertThat(instance.metadata()).isEmpty();
        assertThat(instance).hasToString("10.0.0.1:8080");
    }

    @Test
    void keepsWhatTheBuilderWasTold() {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        ServiceInstance instance = ServiceInstance.builder("node-7.example", 80)
                .id("orders-7")
                .weight(2.5)
                .zone("a")
                .priority(1)
                .startTime(start)
                .metadata(Map.of("version", "2"))
                .build();

        assertThat(instance.id()).isEqualTo("orders-7");
        assertThat(instance.weight()).isEqualTo(2.5);
        assertThat(instance.zone()).contains("a");
        assertThat(instance.priority()).isEqualTo(1);
        assertThat(instance.startTime()).contains(start);
        assertThat(instance.metadata()).containsExactly(Map.entry("version", "2"));
        assertThat(instance).hasToString("orders-7 at node-7.example:80");
        assertThat(instance.toBuilder().build()).isEqualTo(instance).hasSameHashCodeAs(instance);
    }

    @Test
    void differsInEachProperty() {
        ServiceInstance base = ServiceInstance.builder("h", 80).id("x").build();

        assertThat(base).isNotEqualTo(ServiceInstance.builder("h", 81).id("x").build());
        assertThat(base).isNotEqualTo(ServiceInstance.builder("g", 80).id("x").build());
        assertThat(base).isNotEqualTo(base.toBuilder().id("y").build());
        assertThat(base).isNotEqualTo(base.toBuilder().weight(2).build());
        assertThat(base).isNotEqualTo(base.toBuilder().zone("a").build());
        assertThat(base).isNotEqualTo(base.toBuilder().priority(1).build());
        assertThat(base).isNotEqualTo(base.toBuilder().startTime(Instant.EPOCH).build());
        assertThat(base)
                .isNotEqualTo(base.toBuilder().metadata(Map.of("a", "b")).build());
        assertThat(base).isEqualTo(base.toBuilder().build()).isNotEqualTo("x");
    }

    @Test
    void connectsToAnAddressWithoutLookingItUp() {
        assertThat(ServiceInstance.of("10.0.0.1:8080").address().isUnresolved()).isFalse();
        assertThat(ServiceInstance.of("[::1]:8080").address().getAddress().getHostAddress())
                .isEqualTo("0:0:0:0:0:0:0:1");
        assertThat(ServiceInstance.of("localhost:80").address().isUnresolved()).isFalse();
    }

    @Test
    void doesNotFollowTheMapItWasGiven() {
        Map<String, String> metadata = new HashMap<>(Map.of("a", "b"));
        ServiceInstance instance =
                ServiceInstance.builder("h", 80).metadata(metadata).build();
        metadata.put("c", "d");

        assertThat(instance.metadata()).containsOnlyKeys("a");
    }

    @Nested
    class BadIds {

        @Test
        void refusesNull() {
            assertThatNullPointerException()
                    .isThrownBy(() -> ServiceInstance.builder("h", 80).id(null))
                    .withMessage("id");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", " "})
        void refusesBlank(String id) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.builder("h", 80).id(id))
                    .withMessage("id: \"" + id + "\" (expected: not blank)");
        }

        @Test
        void refusesMoreThan256Characters() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.builder("h", 80).id("x".repeat(1 << 20)))
                    .withMessage(
                            "id: " + "x".repeat(200) + "... (1048576 characters) (expected: at most 256 characters)");
            assertThat(ServiceInstance.builder("h", 80)
                            .id("x".repeat(256))
                            .build()
                            .id())
                    .hasSize(256);
        }

        @ParameterizedTest
        @CsvSource({
            "'a\rb', a\\u000db",
            "'a\nb', a\\u000ab",
            "'a\0b', a\\u0000b",
            "'a\u001bb', a\\u001bb",
            "'a\u2028b', a\\u2028b",
            "'a\ud800b', a\\ud800b",
            "'a\u202eb', a\\u202eb"
        })
        void refusesWhatCannotBeShown(String id, String shown) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.builder("h", 80).id(id))
                    .withMessage("id: " + shown + " (expected: printable characters)");
        }
    }

    @Nested
    class BadPorts {

        @ParameterizedTest
        @ValueSource(ints = {0, -1, 65536, Integer.MIN_VALUE})
        void refusesWhatIsNoPort(int port) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of("h", port))
                    .withMessage("port: " + port + " (expected: 1..65535)");
        }

        @ParameterizedTest
        @ValueSource(strings = {"h:", "h:x", "h:-1", "h:123456", "h:8 0", "h:\uff11\uff12"})
        void refusesWhatDoesNotReadAsOne(String hostAndPort) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of(hostAndPort))
                    .withMessage("hostAndPort: " + hostAndPort + " (expected: host:port with a port from 1 to 65535)");
        }

        @ParameterizedTest
        @ValueSource(strings = {"h:0", "h:65536"})
        void refusesWhatIsOutOfRange(String hostAndPort) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of(hostAndPort))
                    .withMessage("port: " + hostAndPort.substring(2) + " (expected: 1..65535)");
        }

        @ParameterizedTest
        @ValueSource(strings = {"h", "", ":80", "::1:80", "a:b:80"})
        void refusesWhatIsNoHostAndPort(String hostAndPort) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of(hostAndPort))
                    .withMessage("hostAndPort: " + hostAndPort
                            + " (expected: host:port, with brackets around an IPv6 address)");
        }
    }

    @Nested
    class BadHosts {

        private static final String EXPECTED =
                " (expected: a host name or an IP address, without scheme, port or path)";

        @Test
        void refusesNull() {
            assertThatNullPointerException()
                    .isThrownBy(() -> ServiceInstance.of(null, 80))
                    .withMessage("host");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " ",
                    ".",
                    "a b",
                    "a/b",
                    "a?b",
                    "a#b",
                    "user@h",
                    "h:80",
                    "http://h",
                    "-a",
                    "a-",
                    "a..b",
                    "a~b",
                    "a%20b",
                    "h.1",
                    "h.1a",
                    "127.1",
                    "0x7f000001",
                    "2130706433",
                    "010.0.0.1",
                    "1.2.3.4.5",
                    "256.1.1.1",
                    "1.2.3",
                    "[10.0.0.1]",
                    "[]",
                    "::g",
                    "1::2::3",
                    "xn--zzzz99999",
                    "xn--a",
                    "fa\u00df.de",
                    "\u03c3\u03c2.gr"
                })
        void refusesWhatIsNeitherNameNorAddress(String host) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of(host, 80))
                    .withMessage("host: " + host + EXPECTED);
        }

        @Test
        void refusesUnderscoresAndSaysWhy() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of("host_with_underscore", 80))
                    .withMessage("host: host_with_underscore (expected: a host name or an IP address, without scheme,"
                            + " port or path; '_' cannot be in a URL)");
        }

        @Test
        void refusesLineBreaksAndShowsThemEscaped() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of("a\r\nb", 80))
                    .withMessage("host: a\\u000d\\u000ab" + EXPECTED);
        }

        @Test
        void refusesNamesThatAreTooLong() {
            String label = "a".repeat(64);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of(label, 80))
                    .withMessage("host: " + label + " (expected: labels of at most 63 characters)");
            String host = "a.".repeat(127);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of(host + "a", 80))
                    .withMessageContaining("(expected: at most 253 characters)");
            assertThat(ServiceInstance.of(host, 80).host()).hasSize(253);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of("\u00fc.".repeat(60) + "de", 80)) // each is xn--tda.
                    .withMessageContaining("(expected: at most 253 characters)");
        }

        @ParameterizedTest
        @ValueSource(strings = {"fe80::1%eth0", "[fe80::1%1]", "::ffff:1.2.3.4%eth0", "::1%1"})
        void refusesAZone(String host) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServiceInstance.of(host, 80))
                    .withMessage("host: " + host
                            + " (expected: an address without a zone, which means nothing to other machines)");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Orders.Example, orders.example",
        "h., h",
        "b\u00fccher.example, xn--bcher-kva.example",
        "1orders, 1orders",
        "::1, ::1",
        "[::1], ::1",
        "0:0:0:0:0:0:0:1, ::1",
        "2001:DB8::A, 2001:db8::a",
        "::ffff:1.2.3.4, 1.2.3.4",
        "1.2.3.4., 1.2.3.4"
    })
    void bringsHostsIntoOneForm(String given, String canonical) {
        assertThat(ServiceInstance.of(given, 80).host()).isEqualTo(canonical);
    }

    @Test
    void putsBracketsAroundIpv6() {
        assertThat(ServiceInstance.of("::1", 80).id()).isEqualTo("[::1]:80");
        assertThat(ServiceInstance.of("[::1]:80").host()).isEqualTo("::1");
    }

    @Test
    void tellsApartHomographsInMessages() {
        assertThat(ServiceInstance.of("p\u0430ypal.example", 80)).hasToString("xn--pypal-4ve.example:80");
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, -0.001, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesBadWeights(double weight) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceInstance.builder("h", 80).weight(weight))
                .withMessage("weight: " + weight + " (expected: >= 0 and finite)");
    }

    /** Whatever takes an id may rely on its length, also on that of one that was made from the address. */
    @Test
    void needsAnIdWhereTheAddressIsTooLongForOne() {
        String host = "a.".repeat(126) + "a";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceInstance.of(host, 8080))
                .withMessageStartingWith("id: a.a.")
                .withMessageEndingWith("(258 characters) (expected: at most 256 characters)");
        ServiceInstance named = ServiceInstance.builder(host, 8080).id("one").build();
        assertThat(named.toBuilder().build()).isEqualTo(named);
    }

    @Test
    void knowsOneZeroOnly() {
        ServiceInstance zero = ServiceInstance.builder("h", 80).weight(0).build();
        assertThat(zero.toBuilder().weight(-0.0).build()).isEqualTo(zero);
    }

    @Test
    void refusesBadPriorities() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceInstance.builder("h", 80).priority(-1))
                .withMessage("priority: -1 (expected: >= 0)");
    }

    @Test
    void refusesTooMuchMetadata() {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 65; i++) {
            many.put("k" + i, "v");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceInstance.builder("h", 80).metadata(many))
                .withMessage("metadata: 65 entries (expected: at most 64)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceInstance.builder("h", 80).metadata(Map.of("k", "v".repeat(1025))))
                .withMessageStartingWith("metadata k: vvv")
                .withMessageEndingWith("(expected: at most 1024 characters)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServiceInstance.builder("h", 80).metadata(Map.of("k", "a\r\nb")))
                .withMessage("metadata k: a\\u000d\\u000ab (expected: printable characters)");
    }
}
