package dev.evenkeel.lb.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FutureFailuresTest {

    @Test
    void takesOffWhatFuturesPutAround() {
        IOException cause = new IOException(new IllegalStateException());
        assertThat(FutureFailures.unwrap(new CompletionException(new ExecutionException(cause))))
                .isSameAs(cause);
        assertThat(FutureFailures.unwrap(cause)).isSameAs(cause);
    }

    @Test
    void takesWhatIsEmptyForTheFailure() {
        CompletionException withoutCause = new CompletionException("odd", null);
        assertThat(FutureFailures.unwrap(withoutCause)).isSameAs(withoutCause);
    }
}
