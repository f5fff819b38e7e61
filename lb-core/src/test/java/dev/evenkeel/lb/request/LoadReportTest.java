package dev.evenkeel.lb.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class LoadReportTest {

    @Test
    void saysWhatItWasTold() {
        LoadReport report = LoadReport.builder()
                .applicationUtilization(0.7)
                .cpuUtilization(1.2)
                .memUtilization(0.4)
                .rps(120)
                .eps(0.5)
                .namedMetric("queue", 7)
                .namedMetric("celsius", -3)
                .build();
        assertThat(report.applicationUtilization()).isEqualTo(0.7);
        assertThat(report.cpuUtilization()).isEqualTo(1.2);
        assertThat(report.memUtilization()).isEqualTo(0.4);
        assertThat(report.rps()).isEqualTo(120);
        assertThat(report.eps()).isEqualTo(0.5);
        assertThat(report.namedMetrics()).containsEntry("queue", 7.0).containsEntry("celsius", -3.0);
        assertThat(report)
                .hasToString(
                        "LoadReport[application=0.7, cpu=1.2, mem=0.4, rps=120.0, eps=0.5, named={queue=7.0, celsius=-3.0}]");
    }

    @Test
    void isAValue() {
        LoadReport one = LoadReport.builder().rps(1).namedMetric("queue", 7).build();
        LoadReport same = LoadReport.builder().rps(1).namedMetric("queue", 7).build();
        assertThat(one).isEqualTo(same).hasSameHashCodeAs(same);
        assertThat(one).isNotEqualTo(LoadReport.builder().rps(1).build());
        assertThat(LoadReport.builder().rps(-0.0).build())
                .isEqualTo(LoadReport.builder().build());
        assertThatThrownBy(() -> one.namedMetrics().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void refusesWhatNoLoadCanBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadReport.builder().rps(-1))
                .withMessage("rps: -1.0 (expected: >= 0 and finite)");
        List<BiFunction<LoadReport.Builder, Double, LoadReport.Builder>> setters = List.of(
                LoadReport.Builder::applicationUtilization,
                LoadReport.Builder::cpuUtilization,
                LoadReport.Builder::memUtilization,
                LoadReport.Builder::rps,
                LoadReport.Builder::eps);
        for (BiFunction<LoadReport.Builder, Double, LoadReport.Builder> setter : setters) {
            for (double bad : new double[] {-Double.MIN_VALUE, Double.NaN, Double.POSITIVE_INFINITY}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> setter.apply(LoadReport.builder(), bad))
                        .withMessageEndingWith(": " + bad + " (expected: >= 0 and finite)");
            }
        }
    }

    @Test
    void boundsNamedMetrics() {
        LoadReport.Builder builder = LoadReport.builder();
        for (int i = 0; i < LoadReport.MAX_NAMED_METRICS; i++) {
            builder.namedMetric("m" + i, i);
        }
        assertThat(builder.namedMetric("m0", 7).build().namedMetrics())
                .hasSize(LoadReport.MAX_NAMED_METRICS)
                .containsEntry("m0", 7.0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.namedMetric("one more", 1))
                .withMessage("namedMetrics: 65 entries (expected: at most 64)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoadReport.builder().namedMetric("queue", Double.NaN))
                .withMessage("queue: NaN (expected: finite)");
        for (String bad : List.of("", "two\nlines", "n".repeat(129))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> LoadReport.builder().namedMetric(bad, 1))
                    .withMessageEndingWith("(expected: 1..128 printable characters)");
        }
        assertThatNullPointerException()
                .isThrownBy(() -> LoadReport.builder().namedMetric(null, 1))
                .withMessage("name");
    }
}
