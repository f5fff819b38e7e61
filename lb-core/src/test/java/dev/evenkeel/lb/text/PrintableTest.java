package dev.evenkeel.lb.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class PrintableTest {

    @Test
    void leavesPlainTextAsItIs() {
        assertThat(Printable.of("b\u00fccher ${jndi:x}")).isEqualTo("b\u00fccher ${jndi:x}");
        assertThat(Printable.of((Object) null)).isEqualTo("null");
    }

    @Test
    void escapesWhatCouldForgeALine() {
        assertThat(Printable.of("a\r\n\u001b[31m\u2028\u202e\ud83d\ude00"))
                .isEqualTo("a\\u000d\\u000a\\u001b[31m\\u2028\\u202e\ud83d\ude00");
    }

    @Test
    void cutsLongText() {
        assertThat(Printable.of("x".repeat(5000))).isEqualTo("x".repeat(200) + "... (5000 characters)");
        assertThat(Printable.of("x".repeat(200))).isEqualTo("x".repeat(200));
    }

    @Test
    void namesAnExceptionAndItsMessage() {
        assertThat(Printable.of(new IOException("broken\n pipe"))).isEqualTo("IOException: broken\\u000a pipe");
        assertThat(Printable.of(new IOException())).isEqualTo("IOException");
    }
}
