package dev.evenkeel.lb.request;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.text.Printable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A failure by a lack of this process or machine, and by no fault of the instance that was to be called. An immutable value.
 *
 * <pre>
 * no file descriptor    "Too many open files", where a socket, file or selector was to be opened
 * no port               "Cannot assign requested address", where a connection was to be made
 * no buffer, no memory  "No buffer space available", "Cannot allocate memory"; OutOfMemoryError
 * no thread             OutOfMemoryError "unable to create native thread"
 * no executor           RejectedExecutionException
 * no name service       "Temporary failure in name resolution", where a name was to be looked up
 * </pre>
 *
 * <p>The JDK has no types for most of these: they are known by the text of the operating system, on Linux, macOS and
 * Windows, in English, and only where nothing that an instance says can get into that text. Elsewhere they look like
 * failures of the instance. A descriptor that is lacking for the look-up of a name is not told from a name that there is
 * none of by every system.
 */
public final class LocalFault {

    private static final String NO_FILES = "Too many open files";

    private static final List<String> NO_ADDRESS =
            List.of("Cannot assign requested address", "Can't assign requested address");

    private static final List<String> NO_MEMORY = List.of("No buffer space available", "Cannot allocate memory");

    private static final List<String> NO_NAME_SERVICE =
            List.of("Temporary failure in name resolution", "Try again"); // glibc, musl

    /** A chain that is longer is not worth a look, and may be a circle. */
    private static final int MAX_CAUSES = 16;

    private final Outcome outcome;
    private final String reason;

    private LocalFault(Outcome outcome, String lack, Throwable cause) {
        this.outcome = outcome;
        this.reason = lack + " (" + Printable.of(cause) + ")";
    }

    /** The local fault behind a failure, if the failure or one of its causes is one. */
    public static Optional<LocalFault> behind(Throwable failure) {
        Throwable cause = requireNonNull(failure, "failure");
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            LocalFault known = known(cause);
            if (known != null) {
                return Optional.of(known);
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }

    /** With what to end the lease of the call. */
    public Outcome outcome() {
        return outcome;
    }

    /** What is lacking, in one line, with the failure that says so. */
    public String reason() {
        return reason;
    }

    private static @Nullable LocalFault known(Throwable cause) {
        if (cause instanceof RejectedExecutionException) {
            return new LocalFault(Outcome.localFault(), "an executor takes no tasks", cause);
        }
        if (cause instanceof OutOfMemoryError) {
            boolean thread = String.valueOf(cause.getMessage()).startsWith("unable to create native thread");
            return new LocalFault(Outcome.localFault(), thread ? "no thread is left" : "no memory is left", cause);
        }
        String text = cause instanceof IOException ? cause.getMessage() : null;
        return text == null ? null : known(cause, text);
    }

    /** Where the text comes from the operating system alone; any other may quote what an instance sent. */
    private static @Nullable LocalFault known(Throwable cause, String text) {
        if (isNoFiles(cause, text)) {
            return new LocalFault(Outcome.localFault(), "no file descriptor is left", cause);
        }
        if (cause instanceof SocketException && startsWithOneOf(NO_ADDRESS, text)) {
            return new LocalFault(Outcome.unaddressable(), "no port or address is left to call from", cause);
        }
        if (cause instanceof SocketException && startsWithOneOf(NO_MEMORY, text)) {
            return new LocalFault(Outcome.localFault(), "no memory is left for sockets", cause);
        }
        if (cause instanceof UnknownHostException
                && NO_NAME_SERVICE.stream().anyMatch(end -> text.endsWith(": " + end))) {
            return new LocalFault(Outcome.unaddressable(), "the name service does not answer", cause);
        }
        return null;
    }

    private static boolean isNoFiles(Throwable cause, String text) {
        if (cause instanceof SocketException) {
            return text.startsWith(NO_FILES);
        }
        if (cause instanceof UnknownHostException || cause instanceof FileSystemException) {
            return text.endsWith(": " + NO_FILES);
        }
        if (cause instanceof FileNotFoundException) {
            return text.endsWith("(" + NO_FILES + ")");
        }
        return cause.getClass() == IOException.class && text.equals(NO_FILES); // a selector, a pipe
    }

    private static boolean startsWithOneOf(List<String> beginnings, String text) {
        return beginnings.stream().anyMatch(text::startsWith);
    }

    @Override
    public String toString() {
        return reason;
    }
}
