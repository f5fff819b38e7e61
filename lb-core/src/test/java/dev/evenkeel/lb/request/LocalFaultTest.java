package dev.evenkeel.lb.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LocalFaultTest {

    /** As JDK 17 and 25 throw them on Linux, and as they are known from elsewhere. */
    static Stream<Arguments> faults() {
        String files = "no file descriptor is left";
        return Stream.of(
                Arguments.of(new SocketException("Too many open files"), files),
                Arguments.of(new SocketException("Too many open files in system"), files),
                Arguments.of(new IOException("Too many open files"), files), // Selector.open
                Arguments.of(new FileNotFoundException("/a (Too many open files)"), files),
                Arguments.of(new FileSystemException("/a", null, "Too many open files"), files),
                Arguments.of(new UnknownHostException("orders-7: Too many open files"), files),
                Arguments.of(
                        new BindException("Cannot assign requested address"),
                        "no port or address is left to call from"),
                Arguments.of( // Windows
                        new BindException("Cannot assign requested address: connect"),
                        "no port or address is left to call from"),
                Arguments.of( // macOS
                        new NoRouteToHostException("Can't assign requested address"),
                        "no port or address is left to call from"),
                Arguments.of(
                        new UnknownHostException("orders-7: Temporary failure in name resolution"),
                        "the name service does not answer"),
                Arguments.of(
                        new SocketException("No buffer space available (maximum connections reached?): connect"),
                        "no memory is left for sockets"),
                Arguments.of(new SocketException("Cannot allocate memory"), "no memory is left for sockets"),
                Arguments.of(new OutOfMemoryError("Java heap space"), "no memory is left"),
                Arguments.of(
                        new OutOfMemoryError(
                                "unable to create native thread: possibly out of memory or process/resource"
                                        + " limits reached"),
                        "no thread is left"),
                Arguments.of(new RejectedExecutionException("Task t rejected"), "an executor takes no tasks"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void knowsWhatIsLacking(Throwable failure, String lack) {
        assertThat(LocalFault.behind(failure))
                .hasValueSatisfying(fault -> assertThat(fault.reason())
                        .startsWith(lack + " (" + failure.getClass().getSimpleName() + ": ")
                        .endsWith(")"));
        assertThat(LocalFault.behind(new ExecutionException(new IOException(new InternalError(failure)))))
                .isPresent();
        assertThat(LocalFault.behind(failure).orElseThrow().outcome().kind()).isEqualTo(Outcome.Kind.LOCAL_FAULT);
    }

    /** Failures of instances, also where these try to pass for something else. */
    static Stream<Throwable> others() {
        return Stream.of(
                new ConnectException("Connection refused"),
                new ConnectException(),
                new NoRouteToHostException("No route to host"),
                new SocketException("Connection reset"),
                new SocketException("Network is unreachable"),
                new UnknownHostException("orders-7: Name or service not known"),
                new UnknownHostException("Temporary failure in name resolution"),
                new ProtocolException("Invalid status line: \"Too many open files\""),
                new ProtocolException("Too many open files"),
                new SSLHandshakeException("Too many open files"),
                new IOException("stream was reset: Too many open files"),
                new IOException(),
                new IllegalStateException("Too many open files"),
                new StackOverflowError());
    }

    @ParameterizedTest
    @MethodSource("others")
    void takesNothingElseForOne(Throwable failure) {
        assertThat(LocalFault.behind(failure)).isEmpty();
    }

    @Test
    void tellsWhatMayBeAFaultOfTheAddress() {
        assertThat(outcome(new BindException("Cannot assign requested address")))
                .isEqualTo(Outcome.unaddressable());
        assertThat(outcome(new UnknownHostException("a: Try again"))).isEqualTo(Outcome.unaddressable());
        assertThat(outcome(new SocketException("Too many open files"))).isEqualTo(Outcome.localFault());
    }

    @Test
    void isNotCaughtInACircle() {
        IOException one = new IOException("one");
        IOException two = new IOException("two", one);
        one.initCause(two);
        assertThat(LocalFault.behind(one)).isEmpty();
    }

    private static Outcome outcome(Throwable failure) {
        return LocalFault.behind(failure).orElseThrow().outcome();
    }
}
