package dev.evenkeel.lb.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PurseTest {

    private final VirtualClock clock = new VirtualClock();
    private final Purse purse = new Purse(clock);

    @Test
    void beginsWithWhatTimeAloneFills() {
        assertThat(purse.level()).isEqualTo(10);
    }

    @Test
    void paysUntilItIsEmpty() {
        spendAll();
        assertThat(purse.spend()).isFalse();
        assertThat(purse.level()).isZero();
    }

    @Test
    void fiveSuccessesPayForOneMore() {
        spendAll();
        for (int i = 0; i < 4; i++) {
            purse.earn();
        }
        assertThat(purse.spend()).isFalse();
        purse.earn();
        assertThat(purse.spend()).isTrue();
        assertThat(purse.level()).isZero();
    }

    @Test
    void everySecondPaysForOneUpToTen() {
        spendAll();
        clock.advance(Duration.ofMillis(999));
        assertThat(purse.spend()).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThat(purse.spend()).isTrue();
        clock.advance(Duration.ofDays(1000));
        assertThat(purse.level()).isEqualTo(10);
    }

    @Test
    void timeAddsNothingToWhatSuccessesBrought() {
        for (int i = 0; i < 50; i++) {
            purse.earn();
        }
        assertThat(purse.level()).isEqualTo(20);
        clock.advance(Duration.ofDays(1));
        assertThat(purse.level()).isEqualTo(20);
        for (int i = 0; i < 15; i++) {
            assertThat(purse.spend()).isTrue();
        }
        assertThat(purse.level()).as("time counts from here on").isEqualTo(5);
    }

    @Test
    void holdsNoMoreThanAHundred() {
        for (int i = 0; i < 1000; i++) {
            purse.earn();
        }
        purse.refund();
        assertThat(purse.level()).isEqualTo(100);
    }

    @Test
    void aRefundBringsBackOne() {
        assertThat(purse.spend()).isTrue();
        purse.refund();
        assertThat(purse.level()).isEqualTo(10);
    }

    @Test
    void aDebitTakesWhatThereIs() {
        purse.debit();
        assertThat(purse.level()).isEqualTo(9);
        spendAll();
        clock.advance(Duration.ofMillis(300));
        purse.debit();
        assertThat(purse.level()).isEqualTo(0, within(0.0));
    }

    private void spendAll() {
        int spent = 0;
        while (spent < 200 && purse.spend()) {
            spent++;
        }
    }
}
