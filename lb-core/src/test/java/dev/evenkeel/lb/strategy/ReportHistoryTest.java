package dev.evenkeel.lb.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.request.LoadReport;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportHistoryTest {

    private static final long SECOND = 1_000_000_000L;

    /** A clock that is about to overflow, as it may. */
    private static final long START = Long.MAX_VALUE - 7 * SECOND;

    private final ReportHistory none = ReportHistory.beginning(START);

    @Test
    void knowsNothingBeforeTheFirstReport() {
        assertThat(none.with(Optional.empty()).weight(at(1000))).isZero();
    }

    @Test
    void countsFromTheEndOfTheBlackoutUntilItExpires() {
        ReportHistory one = none.with(received(report(100, 0.5), 1));
        assertThat(one.weight(at(1))).isZero();
        assertThat(one.weight(at(11) - 1)).isZero();
        assertThat(one.weight(at(11))).isCloseTo(200, within(1e-9));
        assertThat(one.weight(at(181) - 1)).isCloseTo(200, within(1e-9));
        assertThat(one.weight(at(181))).isZero();
    }

    @Test
    void beginsAgainAfterItHasExpired() {
        ReportHistory again = none.with(received(report(100, 0.5), 0)).with(received(report(100, 0.25), 180));
        assertThat(again.weight(at(189))).isZero();
        assertThat(again.weight(at(190))).isCloseTo(400, within(1e-9));
    }

    @Test
    void replaysTheExampleOfItsDocumentation() {
        ReportHistory both = none.with(received(report(50, 0.5), 0)).with(received(report(200, 0.5), 5));
        assertThat(both.weight(at(10))).isCloseTo(200, within(1e-9));
    }

    @Test
    void takesAReportOnlyOnce() {
        ReportHistory one = none.with(received(report(100, 0.5), 2));
        assertThat(one.with(received(report(100, 0.5), 2))).isSameAs(one);
        assertThat(one.with(received(report(100, 0.1), 1))).isSameAs(one);
    }

    @Test
    void takesNothingFromBeforeItBegan() {
        assertThat(none.with(received(report(100, 0.5), -1))).isSameAs(none);
    }

    @Test
    void prefersTheUtilizationOfTheApplication() {
        LoadReport both = LoadReport.builder()
                .rps(100)
                .applicationUtilization(0.5)
                .cpuUtilization(0.1)
                .build();
        LoadReport processors =
                LoadReport.builder().rps(100).cpuUtilization(0.1).build();
        assertThat(weightOf(both)).isCloseTo(200, within(1e-9));
        assertThat(weightOf(processors)).isCloseTo(1000, within(1e-9));
    }

    @Test
    void countsErrorsAgainstIt() {
        LoadReport failing = LoadReport.builder()
                .rps(100)
                .eps(50)
                .applicationUtilization(0.5)
                .build();
        assertThat(weightOf(failing)).isCloseTo(100, within(1e-9));
    }

    @Test
    void ignoresWhatSaysTooLittleOrTooMuch() {
        assertThat(weightOf(LoadReport.builder().build())).isZero();
        assertThat(weightOf(report(0, 0.5))).isZero();
        assertThat(weightOf(report(100, 0))).isZero();
        assertThat(weightOf(report(Double.MAX_VALUE, Double.MIN_VALUE))).isZero();
        assertThat(weightOf(report(Double.MIN_VALUE, Double.MAX_VALUE))).isZero();
        assertThat(weightOf(LoadReport.builder()
                        .rps(Double.MIN_VALUE)
                        .eps(Double.MAX_VALUE)
                        .cpuUtilization(1)
                        .build()))
                .isZero();
    }

    @Test
    void oneThatSaysNothingNeitherCountsNorDelaysTheEnd() {
        ReportHistory one = none.with(received(report(100, 0.5), 0)).with(received(report(0, 0), 100));
        assertThat(one.weight(at(120))).isCloseTo(200, within(1e-9));
        assertThat(one.weight(at(180))).isZero();
    }

    @Test
    void oneLieAmongManyReportsIsSoonForgotten() {
        ReportHistory honest = none;
        for (int second = 0; second < 20; second++) {
            honest = honest.with(received(report(100, 0.5), second));
        }
        ReportHistory lied = honest.with(received(report(100, 1e-9), 20));
        assertThat(lied.weight(at(20))).isBetween(200.0, 4_000.0);
        for (int second = 21; second < 60; second++) {
            lied = lied.with(received(report(100, 0.5), second));
        }
        assertThat(lied.weight(at(60))).isCloseTo(200, within(4.0));
    }

    private double weightOf(LoadReport report) {
        return none.with(received(report, 0)).weight(at(10));
    }

    private static LoadReport report(double rps, double utilization) {
        return LoadReport.builder().rps(rps).applicationUtilization(utilization).build();
    }

    private static Optional<ReceivedReport> received(LoadReport report, int second) {
        return Optional.of(ReceivedReport.of(report, at(second)));
    }

    private static long at(int second) {
        return START + second * SECOND;
    }
}
