package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.LoadReport;
import java.io.ByteArrayOutputStream;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OrcaHeaderTest {

    private static final LoadReport REPORT = LoadReport.builder()
            .applicationUtilization(0.75)
            .cpuUtilization(0.3)
            .memUtilization(0.8)
            .rps(120.5)
            .eps(0.25)
            .namedMetric("queue", 7)
            .build();

    @ParameterizedTest
    @EnumSource
    void readsWhatServersWrite(OrcaEncoding encoding) {
        assertThat(OrcaHeader.parse(encoding.encode(REPORT))).contains(REPORT);
        assertThat(OrcaHeader.parse("  " + encoding.encode(REPORT) + "\t")).contains(REPORT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "TEXT",
                "TEXT ",
                "JSON ",
                "BIN ",
                "text cpu_utilization=0.3",
                "cpu_utilization=0.3",
                "{\"cpu_utilization\": 0.3}",
                "XML <cpu/>"
            })
    void refusesWhatHasNoFormOrNoContent(String value) {
        assertThat(OrcaHeader.parse(value)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void boundsTheNumberOfEntries(OrcaEncoding encoding) {
        LoadReport.Builder most = LoadReport.builder();
        IntStream.range(0, 59).forEach(i -> most.namedMetric("m" + i, i));
        assertThat(OrcaHeader.parse(encoding.encode(most.build()))).contains(most.build());
        assertThat(OrcaHeader.parse(
                        encoding.encode(most.namedMetric("one more", 1).build())))
                .isEmpty();
    }

    @Test
    void boundsTheLength() {
        String full = "TEXT rps_fractional=120." + "0".repeat(OrcaHeader.MAX_LENGTH - 24);
        assertThat(OrcaHeader.parse(full))
                .contains(LoadReport.builder().rps(120).build());
        assertThat(OrcaHeader.parse(full + "0")).isEmpty();
    }

    @Nested
    class Text {

        @Test
        void takesColonsAsWell() {
            assertThat(OrcaHeader.parse("TEXT cpu_utilization:0.3,mem_utilization: .8 ,named_metrics.a:b=+1e1"))
                    .contains(LoadReport.builder()
                            .cpuUtilization(0.3)
                            .memUtilization(0.8)
                            .namedMetric("a:b", 10)
                            .build());
        }

        @Test
        void keepsTheThreeMapsApartAndPassesOverWhatIsNotKnown() {
            assertThat(OrcaHeader.parse(
                            "TEXT named_metrics.a.b=-1, request_cost.a.b=2, utilization.a.b=3, gpu=4, other.a=5, x.=6"))
                    .contains(LoadReport.builder()
                            .namedMetric("a.b", -1)
                            .namedMetric("request_cost.a.b", 2)
                            .namedMetric("utilization.a.b", 3)
                            .build());
        }

        @Test
        void takesTheOldRequestsPerSecondOnlyWhereThereAreNoOthers() {
            assertThat(OrcaHeader.parse("TEXT rps=7"))
                    .contains(LoadReport.builder().rps(7).build());
            assertThat(OrcaHeader.parse("TEXT rps=7, rps_fractional=7.5"))
                    .contains(LoadReport.builder().rps(7.5).build());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "cpu_utilization",
                    "cpu_utilization=",
                    "=0.3",
                    "cpu_utilization=0.3,",
                    ",cpu_utilization=0.3",
                    "cpu_utilization=0.3 mem_utilization=0.2",
                    "cpu_utilization=0.3, cpu_utilization=0.3",
                    "cpu_utilization=NaN",
                    "cpu_utilization=Infinity",
                    "cpu_utilization=1e999",
                    "cpu_utilization=-0.1",
                    "cpu_utilization=0x1p3",
                    "cpu_utilization=1d",
                    "cpu_utilization=0,3",
                    "cpu_utilization=.",
                    "cpu_utilization=1e",
                    "named_metrics.=1",
                    "named_metrics.a\u0007=1"
                })
        void refusesTheWholeForOneBadEntry(String entries) {
            assertThat(OrcaHeader.parse("TEXT " + entries)).isEmpty();
        }
    }

    @Nested
    class Json {

        @Test
        void takesWhatProtobufWrites() {
            assertThat(OrcaHeader.parse("JSON {\"cpuUtilization\":0.3,\"rpsFractional\":\"1.5e1\",\"eps\":null,"
                            + "\"namedMetrics\":{\"qu\\u0065ue\\\"\":-7},\"requestCost\":{},"
                            + "\"utilization\":{\"disk\":1E-1},\"unknown\":{\"a\":1},\"other\":2}"))
                    .contains(LoadReport.builder()
                            .cpuUtilization(0.3)
                            .rps(15)
                            .namedMetric("queue\"", -7)
                            .namedMetric("utilization.disk", 0.1)
                            .build());
            assertThat(OrcaHeader.parse("JSON {\"rps\": \"18446744073709551615\"}"))
                    .contains(LoadReport.builder().rps(0x1p64).build());
            assertThat(OrcaHeader.parse("JSON { }"))
                    .contains(LoadReport.builder().build());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[]",
                    "0.3",
                    "{",
                    "{}}",
                    "{} {}",
                    "{\"eps\"}",
                    "{\"eps\":}",
                    "{\"eps\":1,}",
                    "{,\"eps\":1}",
                    "{\"eps\":1 \"rps\":2}",
                    "{eps:1}",
                    "{'eps':1}",
                    "{\"eps\":true}",
                    "{\"eps\":nul}",
                    "{\"eps\":[1]}",
                    "{\"eps\":01}",
                    "{\"eps\":+1}",
                    "{\"eps\":.5}",
                    "{\"eps\":1.}",
                    "{\"eps\":1.e1}",
                    "{\"eps\":-}",
                    "{\"eps\":1e}",
                    "{\"eps\":-1}",
                    "{\"eps\":\"NaN\"}",
                    "{\"eps\":\"\"}",
                    "{\"eps\":\"1\"",
                    "{\"eps\":1,\"eps\":1}",
                    "{\"cpu_utilization\":1,\"cpuUtilization\":1}",
                    "{\"named_metrics\":{\"a\":{\"b\":1}}}",
                    "{\"named_metrics\":{\"\":1}}",
                    "{\"named_metrics\":{\"a\\x\":1}}",
                    "{\"named_metrics\":{\"a\\u00g0\":1}}",
                    "{\"named_metrics\":{\"a\\u00",
                    "{\"named_metrics\":{\"a\\",
                    "{\"named_metrics\":{\"a\u0007\":1}}",
                    "{\"named_metrics\":{\"a\\ud800\":1}}"
                })
        void refusesAllElse(String text) {
            assertThat(OrcaHeader.parse("JSON " + text)).isEmpty();
        }

        @Test
        void doesNotRecurse() {
            assertThat(OrcaHeader.parse("JSON " + "{\"a\":".repeat(1_600))).isEmpty();
        }
    }

    @Nested
    class Binary {

        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        @Test
        void takesTheLastOfTheSameAndPassesOverWhatIsNotKnown() {
            OrcaEncoding.writeDouble(message, 1, 0.9);
            OrcaEncoding.writeDouble(message, 1, 0.3);
            OrcaEncoding.writeVarint(message, 3 << 3);
            OrcaEncoding.writeVarint(message, -1); // as unsigned: 2^64 - 1
            OrcaEncoding.writeVarint(message, 10 << 3);
            OrcaEncoding.writeVarint(message, Long.MAX_VALUE);
            OrcaEncoding.writeDouble(message, 1000, 5);
            OrcaEncoding.writeBytes(message, 11, new byte[200]);
            OrcaEncoding.writeVarint(message, 12 << 3 | 5);
            message.writeBytes(new byte[4]);
            OrcaEncoding.writeBytes(message, 1, new byte[3]); // a known field of another type
            OrcaEncoding.writeBytes(message, 4, OrcaEncoding.entry("sql", 2));
            OrcaEncoding.writeBytes(message, 5, OrcaEncoding.entry("\u00fcbel", 3));
            OrcaEncoding.writeBytes(message, 8, new byte[] {1 << 3 | 2, 1, 'a'}); // without a value: 0
            assertThat(OrcaHeader.parse(OrcaEncoding.bin(message)))
                    .contains(LoadReport.builder()
                            .cpuUtilization(0.3)
                            .rps(0x1p64)
                            .namedMetric("request_cost.sql", 2)
                            .namedMetric("utilization.\u00fcbel", 3)
                            .namedMetric("a", 0)
                            .build());
        }

        @Test
        void takesBase64WithoutPadding() {
            OrcaEncoding.writeDouble(message, 1, 0.3);
            OrcaEncoding.writeVarint(message, 3 << 3);
            OrcaEncoding.writeVarint(message, 7);
            String padded = OrcaEncoding.bin(message);
            assertThat(padded).endsWith("=");
            assertThat(OrcaHeader.parse(padded.replace("=", ""))).isPresent().isEqualTo(OrcaHeader.parse(padded));
        }

        @Test
        void refusesWhatIsCutShort() {
            OrcaEncoding.writeDouble(message, 1, 0.3);
            OrcaEncoding.writeBytes(message, 8, OrcaEncoding.entry("queue", 7));
            byte[] whole = message.toByteArray();
            for (int length = 1; length < whole.length; length++) {
                ByteArrayOutputStream part = new ByteArrayOutputStream();
                part.write(whole, 0, length);
                assertThat(OrcaHeader.parse(OrcaEncoding.bin(part)).isPresent())
                        .as("%s of %s bytes", length, whole.length)
                        .isEqualTo(length == 9); // after the first field
            }
        }

        @Test
        void refusesWhatIsNoMessage() {
            assertThat(parseBytes(0, 0)).isFalse(); // field 0
            assertThat(parseBytes(10 << 3 | 3, 10 << 3 | 4)).isFalse(); // a group
            assertThat(parseBytes(10 << 3 | 7)).isFalse(); // no such type
            assertThat(parseBytes(IntStream.generate(() -> 0x80).limit(11).toArray()))
                    .isFalse(); // an endless number
            assertThat(parseBytes(8 << 3 | 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F)).isFalse(); // longer than the message
            assertThat(parseBytes(8 << 3 | 2, 3, 1 << 3 | 2, 1, 0xFF)).isFalse(); // no UTF-8
            assertThat(parseBytes(8 << 3 | 2, 2, 0, 0)).isFalse(); // field 0 in an entry
            OrcaEncoding.writeDouble(message, 1, Double.NaN);
            assertThat(OrcaHeader.parse(OrcaEncoding.bin(message))).isEmpty();
            assertThat(OrcaHeader.parse("BIN !!!!")).isEmpty();
            assertThat(OrcaHeader.parse("BIN CQ=")).isEmpty();
        }

        private boolean parseBytes(int... bytes) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int b : bytes) {
                out.write(b);
            }
            return OrcaHeader.parse(OrcaEncoding.bin(out)).isPresent();
        }
    }

    @Test
    void findsOutInOnePassThatALongRunOfDigitsIsNoNumber() {
        String digits = IntStream.range(0, 8_000).mapToObj(i -> "1").collect(Collectors.joining());
        assertThat(OrcaHeader.parse("TEXT eps=" + digits + "x")).isEmpty();
        assertThat(OrcaHeader.parse("JSON {\"eps\":" + digits + "x}")).isEmpty();
    }
}
