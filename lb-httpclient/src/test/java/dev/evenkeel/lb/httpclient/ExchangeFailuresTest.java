package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.Outcome.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExchangeFailuresTest {

    static Stream<Arguments> table() {
        return Stream.of(
                Arguments.of(new ConnectException(), Kind.NEVER_REACHED),
                Arguments.of(new HttpConnectTimeoutException("HTTP connect timed out"), Kind.NEVER_REACHED),
                Arguments.of(new NoRouteToHostException(), Kind.NEVER_REACHED),
                Arguments.of(new UnknownHostException("orders-7"), Kind.NEVER_REACHED),
                Arguments.of(new UnresolvedAddressException(), Kind.NEVER_REACHED),
                Arguments.of(new SSLHandshakeException("No name matching orders found"), Kind.NEVER_REACHED),
                Arguments.of(new IOException("request not processed by peer"), Kind.NEVER_REACHED),
                Arguments.of(new IOException("Received RST_STREAM: Stream not processed"), Kind.NEVER_REACHED),
                Arguments.of(new IOException("too many concurrent streams"), Kind.OVERLOADED),
                Arguments.of(new IOException("closed"), Kind.CANCELLED),
                Arguments.of(new IOException("shutdownNow"), Kind.CANCELLED),
                Arguments.of(new IOException("selector manager closed"), Kind.LOCAL_FAULT),
                Arguments.of(new InternalError(new SocketException("Too many open files")), Kind.LOCAL_FAULT),
                Arguments.of(new BindException("Cannot assign requested address"), Kind.LOCAL_FAULT),
                Arguments.of(new InterruptedException(), Kind.CANCELLED),
                Arguments.of(new CancellationException("Request cancelled"), Kind.CANCELLED),
                Arguments.of(new IllegalArgumentException("Bad subprotocol syntax"), Kind.CANCELLED),
                Arguments.of(new HttpTimeoutException("request timed out"), Kind.FAILED),
                Arguments.of(new SSLException("Unsupported or unrecognized SSL message"), Kind.FAILED),
                Arguments.of(new SocketException("Connection reset"), Kind.FAILED),
                Arguments.of(new EOFException("EOF reached while reading"), Kind.FAILED),
                Arguments.of(new ProtocolException("Invalid status line"), Kind.FAILED),
                Arguments.of(new IOException("GOAWAY received"), Kind.FAILED),
                Arguments.of(new IOException(), Kind.FAILED),
                Arguments.of(new IllegalStateException("closed"), Kind.FAILED),
                Arguments.of(new StackOverflowError(), Kind.FAILED));
    }

    @ParameterizedTest
    @MethodSource("table")
    void knowsWhatAFailureSays(Throwable failure, Kind expected) {
        assertThat(ExchangeFailures.outcome(failure).kind()).isEqualTo(expected);
        assertThat(ExchangeFailures.outcome(new CompletionException(failure)).kind())
                .isEqualTo(expected);
    }

    @Test
    void knowsATimeOut() {
        assertThat(ExchangeFailures.outcome(new HttpTimeoutException("request timed out")))
                .isEqualTo(Outcome.timedOut());
        assertThat(ExchangeFailures.outcome(new HttpConnectTimeoutException("HTTP connect timed out")))
                .isEqualTo(Outcome.connectTimedOut());
        assertThat(ExchangeFailures.outcome(new ConnectException())).isEqualTo(Outcome.neverReached());
    }

    @Test
    void looksAtTheCausesToo() {
        IOException wrapped = new IOException("some text", new ConnectException());
        assertThat(ExchangeFailures.outcome(wrapped)).isEqualTo(Outcome.neverReached());
    }

    @Test
    void knowsWhatTheClientSendsAgain() {
        assertThat(ExchangeFailures.lostConnection(
                        new IOException("HTTP/1.1 header parser received no bytes", new EOFException())))
                .isTrue();
        assertThat(ExchangeFailures.lostConnection(new SocketException("Connection reset")))
                .isTrue();
        assertThat(ExchangeFailures.lostConnection(new IOException(new ProtocolException("Invalid status line"))))
                .isFalse();
        assertThat(ExchangeFailures.lostConnection(new HttpTimeoutException("request timed out")))
                .isFalse();
    }

    @Test
    void isNotCaughtInACircle() {
        IOException one = new IOException("one");
        IOException two = new IOException("two", one);
        one.initCause(two);
        assertThat(ExchangeFailures.outcome(one)).isEqualTo(Outcome.failed());
    }
}
