package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.evenkeel.lb.request.LoadReport;
import java.util.Base64;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class OrcaHeaderProperties {

    private static final String[] FORMS = {"", "TEXT ", "JSON ", "BIN "};

    @Property
    void noStringThrows(@ForAll String rest, @ForAll @IntRange(max = 3) int form) {
        assertThatCode(() -> OrcaHeader.parse(FORMS[form] + rest)).doesNotThrowAnyException();
    }

    /** Strings of what the formats are made of get further than any string does. */
    @Property
    void nothingThatLooksLikeAReportThrows(@ForAll("nearly") String rest, @ForAll @IntRange(max = 3) int form) {
        assertThatCode(() -> OrcaHeader.parse(FORMS[form] + rest)).doesNotThrowAnyException();
    }

    @Property
    void noBytesThrow(@ForAll @Size(max = 200) byte[] message) {
        assertThatCode(() -> OrcaHeader.parse("BIN " + Base64.getEncoder().encodeToString(message)))
                .doesNotThrowAnyException();
    }

    /** A report with one character changed is another report, or none. */
    @Property
    void noDamageThrows(
            @ForAll("reports") LoadReport report,
            @ForAll OrcaEncoding encoding,
            @ForAll @IntRange(max = 10_000) int place,
            @ForAll char other) {
        StringBuilder damaged = new StringBuilder(encoding.encode(report));
        damaged.setCharAt(place % damaged.length(), other);
        assertThatCode(() -> OrcaHeader.parse(damaged.toString())).doesNotThrowAnyException();
    }

    @Property
    void everyReportComesBack(@ForAll("reports") LoadReport report, @ForAll OrcaEncoding encoding) {
        assertThat(OrcaHeader.parse(encoding.encode(report))).contains(report);
    }

    @Provide
    Arbitrary<String> nearly() {
        return Arbitraries.of(
                        "{",
                        "}",
                        "\"",
                        ":",
                        "=",
                        ",",
                        " ",
                        "\\u",
                        "00e9",
                        "1",
                        "-",
                        ".5",
                        "e9",
                        "null",
                        "\"eps\"",
                        "\"eps\":",
                        "eps=",
                        "cpu_utilization",
                        "\"named_metrics\":{",
                        "named_metrics.",
                        "CQAAAAAAAOA/")
                .list()
                .ofMaxSize(30)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<LoadReport> reports() {
        Arbitrary<Double> loads = Arbitraries.doubles().between(0, Double.MAX_VALUE);
        Arbitrary<Map<String, Double>> metrics = Arbitraries.maps(
                        Arbitraries.strings()
                                .withChars("abz.-_/\"\\{} \u00fc\u20ac")
                                .ofMinLength(1)
                                .ofMaxLength(20)
                                .filter(name -> name.equals(name.strip())),
                        Arbitraries.doubles())
                .ofMaxSize(10);
        return Combinators.combine(loads, loads, loads, loads, loads, metrics)
                .as((application, cpu, mem, rps, eps, named) -> {
                    LoadReport.Builder report = LoadReport.builder()
                            .applicationUtilization(application)
                            .cpuUtilization(cpu)
                            .memUtilization(mem)
                            .rps(rps)
                            .eps(eps);
                    named.forEach(report::namedMetric);
                    return report.build();
                });
    }
}
