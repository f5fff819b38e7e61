package dev.evenkeel.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

class RoutesProperties {

    private static final LoadBalancer ORDERS =
            LoadBalancer.builder("orders").instances("10.0.0.1:80").build();

    private static final int KEYS = 10_000;

    @AfterContainer
    static void close() {
        ORDERS.close();
    }

    /** A rule in words that a test can understand without the code that it tests. */
    record Spec(
            @Nullable String host,
            List<String> segments,
            boolean open,
            Set<String> methods,
            @Nullable String header,
            @Nullable String parameter) {

        Rule rule() {
            Rule rule = Rule.to(ORDERS);
            if (host != null) {
                rule = rule.host(host);
            }
            String path = segments.isEmpty() && !open
                    ? "/"
                    : String.join("", segments.stream().map(s -> "/" + s).toList());
            if (!segments.isEmpty() || !open) {
                rule = rule.path(path + (open ? "/**" : ""));
            }
            if (!methods.isEmpty()) {
                rule = rule.method(methods.iterator().next(), methods.toArray(new String[0]));
            }
            if (header != null) {
                rule = header.isEmpty() ? rule.header("A") : rule.header("A", header);
            }
            if (parameter != null) {
                rule = parameter.isEmpty() ? rule.query("p") : rule.query("p", parameter);
            }
            return rule;
        }

        boolean matches(Asked asked) {
            return matchesHost(asked.host)
                    && matchesPath(asked.segments)
                    && (methods.isEmpty() || methods.contains(asked.method))
                    && matchesValue(header, asked.header)
                    && matchesValue(parameter, asked.parameter);
        }

        private boolean matchesHost(String asked) {
            return host == null || (host.startsWith("*") ? asked.endsWith(host.substring(1)) : asked.equals(host));
        }

        private boolean matchesPath(List<String> asked) {
            if (asked.size() < segments.size() || (!open && asked.size() > segments.size())) {
                return false;
            }
            return IntStream.range(0, segments.size())
                    .allMatch(i ->
                            segments.get(i).startsWith("{") || segments.get(i).equals(asked.get(i)));
        }

        private static boolean matchesValue(@Nullable String wanted, @Nullable String there) {
            return wanted == null || (there != null && (wanted.isEmpty() || wanted.equals(there)));
        }
    }

    /** A request, and how its path is written. */
    record Asked(
            String host,
            List<String> segments,
            List<Integer> disguises,
            String method,
            @Nullable String header,
            @Nullable String parameter) {

        FakeRequest request() {
            StringBuilder path = new StringBuilder();
            for (int i = 0; i < segments.size(); i++) {
                path.append(disguised(segments.get(i), disguises.get(i)));
            }
            path.append(path.length() == 0 || disguises.get(segments.size()) % 2 == 0 ? "/" : "");
            FakeRequest request =
                    FakeRequest.of(method, "http://" + host + path + (parameter == null ? "" : "?x=y&p=" + parameter));
            return header == null ? request : request.with("a", header);
        }

        private static String disguised(String segment, int how) {
            String escaped = String.format("%%%02x", (int) segment.charAt(0)) + segment.substring(1);
            return switch (how) {
                case 0 -> "/" + escaped;
                case 1 -> "//" + segment;
                case 2 -> "/./" + segment;
                case 3 -> "/x/%2e%2E/" + segment;
                case 4 -> "/" + segment + ";v=1";
                default -> "/" + segment;
            };
        }
    }

    @Property(tries = 200)
    void theIndexFindsTheFirstRuleThatMatches(
            @ForAll("specs") List<Spec> specs, @ForAll("requests") List<Asked> requests) {
        RuleIndex index = new RuleIndex(
                specs.stream().map(spec -> spec.rule().conditions()).toList());
        for (Asked asked : requests) {
            int expected = IntStream.range(0, specs.size())
                    .filter(i -> specs.get(i).matches(asked))
                    .findFirst()
                    .orElse(RuleIndex.NONE);
            FakeRequest request = asked.request();
            assertThat(index.find(request, request.host(), Paths.canonical(request.path())))
                    .as("%s", request)
                    .isEqualTo(expected);
        }
    }

    /** Only what can never be reached is said to be so. */
    @Property(tries = 200)
    void whatCoversARuleMatchesAllThatThatDoes(
            @ForAll("spec") Spec one, @ForAll("spec") Spec other, @ForAll("requests") List<Asked> requests) {
        if (one.rule().conditions().cover(other.rule().conditions())) {
            assertThat(requests).noneMatch(asked -> other.matches(asked) && !one.matches(asked));
        }
        assertThat(one.rule().conditions().cover(one.rule().conditions())).isTrue();
    }

    @Property
    void theCanonicalFormHasNoOther(@ForAll("oddPaths") String path) {
        String canonical = Paths.canonical(path);
        assertThat(Paths.canonical(canonical)).isEqualTo(canonical);
        assertThat(canonical).startsWith("/");
        assertThat(canonical.split("/", -1)).doesNotContain(".", "..");
    }

    /** What is left of a path, put behind what was taken off, is the same path. */
    @Property
    void nothingButThePrefixIsStripped(@ForAll("oddPaths") String path) {
        String rest = Paths.withoutFirst(1, path);
        List<String> segments = segments(Paths.canonical(path));
        assertThat(segments(Paths.canonical(rest)))
                .isEqualTo(segments.subList(Math.min(1, segments.size()), segments.size()));
    }

    private static List<String> segments(String canonical) {
        return Arrays.stream(canonical.split("/"))
                .filter(segment -> !segment.isEmpty())
                .toList();
    }

    /** Whatever strangers send, or those who write rules: an answer, or a refusal that says why in one line. */
    @Property(tries = 200)
    void nothingBreaksTheMatcher(
            @ForAll("odd") String pattern,
            @ForAll("odd") String host,
            @ForAll("odd") String name,
            @ForAll("odd") String path) {
        Rule rule = Rule.to(ORDERS);
        List<Rule> rules = new ArrayList<>(List.of(Rule.refuse().path("/a/**")));
        for (java.util.function.Supplier<Rule> attempt : List.<java.util.function.Supplier<Rule>>of(
                () -> rule.path(pattern),
                () -> rule.path("/" + pattern),
                () -> rule.host(host),
                () -> rule.header(name),
                () -> rule.header("b", name),
                () -> rule.method(name),
                () -> rule.query(name, pattern),
                () -> rule.path("/b/**").replacePrefix("/" + name))) {
            try {
                rules.add(attempt.get());
            } catch (IllegalArgumentException refused) {
                assertThat(refused).message().matches("(?s)\\w+: [^\\r\\n]* ?\\(expected: [^\\r\\n]*\\)");
            }
        }
        for (Rule one : rules) {
            for (String asked : List.of("/" + path, path, "/a" + path)) {
                try {
                    Routes.of(one)
                            .resolve(FakeRequest.get("http://" + host.replace("/", "") + "/")
                                    .withPath(asked));
                } catch (NoRouteException refused) {
                    assertThat(refused.getMessage()).doesNotContain("\n", "\r");
                }
            }
        }
    }

    /** The largest distance between the part of the keys below a place and that place, for any place, as Kolmogorov has it. */
    @Property(tries = 20)
    void keysAreSpreadEvenly(@ForAll("prefixes") String prefix) {
        double[] places = IntStream.range(0, KEYS)
                .mapToDouble(key -> Split.place(prefix + key))
                .sorted()
                .toArray();
        double distance = IntStream.range(0, KEYS)
                .mapToDouble(i -> Math.max(places[i] - i / (double) KEYS, (i + 1) / (double) KEYS - places[i]))
                .max()
                .orElseThrow();
        assertThat(distance).isLessThan(0.025);
    }

    @Provide
    Arbitrary<String> prefixes() {
        return Arbitraries.of(
                "", "user-", "0000", "a", "tenant/7/", "\u00e9", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    }

    @Provide
    Arbitrary<Spec> spec() {
        return Combinators.combine(
                        Arbitraries.of("a.example", "b.example", "c.b.example", "*.example", "*.b.example")
                                .injectNull(0.4),
                        Arbitraries.of("a", "b", "{x}").list().ofMaxSize(3),
                        Arbitraries.of(true, false),
                        Arbitraries.of("GET", "PUT").set().ofMaxSize(1),
                        Arbitraries.of("", "1").injectNull(0.7),
                        Arbitraries.of("", "1").injectNull(0.7))
                .as(Spec::new);
    }

    @Provide
    Arbitrary<List<Spec>> specs() {
        return spec().list().ofMinSize(1).ofMaxSize(30);
    }

    @Provide
    Arbitrary<List<Asked>> requests() {
        return Combinators.combine(
                        Arbitraries.of("a.example", "b.example", "c.b.example", "d.b.example", "example", "other"),
                        Arbitraries.of("a", "b", "c").list().ofMaxSize(4),
                        Arbitraries.integers().between(0, 9).list().ofSize(5),
                        Arbitraries.of("GET", "PUT"),
                        Arbitraries.of("1", "2").injectNull(0.5),
                        Arbitraries.of("1", "2").injectNull(0.5))
                .as(Asked::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(20);
    }

    @Provide
    Arbitrary<String> oddPaths() {
        return Arbitraries.of(
                        "/", "//", "a", "b", ".", "..", "%2e", "%2E%2e", ";", "%2F", "%5c", "%", "%25", "\u00e9", "%C3",
                        "?")
                .list()
                .ofMaxSize(8)
                .map(parts -> "/" + String.join("", parts));
    }

    @Provide
    Arbitrary<String> odd() {
        return Arbitraries.of(
                        "/",
                        "a",
                        "B",
                        ".",
                        "*",
                        "**",
                        "{",
                        "}",
                        "%",
                        "%2F",
                        "%61",
                        "%0d%0A",
                        "\r\n",
                        "\u0000",
                        "\u00e9",
                        "\u202e",
                        "\ud83d\ude00",
                        "\ud83d",
                        ";",
                        "?",
                        "#",
                        " ",
                        "\t",
                        ":",
                        "[",
                        "]",
                        "-",
                        "_",
                        "=",
                        "&",
                        "\\",
                        "..",
                        "1",
                        "xn--",
                        "\u00df")
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }
}
