package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class DiscardedBodyTest {

    private final DiscardedBody<String> body = new DiscardedBody<>(100);
    private boolean cancelled;

    private void receive(int... sizes) {
        for (int size : sizes) {
            body.onNext(List.of(ByteBuffer.allocate(size)));
        }
    }

    private void begin() {
        body.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long buffers) {}

            @Override
            public void cancel() {
                cancelled = true;
            }
        });
    }

    @Test
    void isReadToItsEndIfThatIsNear() {
        begin();
        receive(60, 40);
        assertThat(cancelled).isFalse();
        assertThat(body.getBody().toCompletableFuture()).isNotDone();
        body.onComplete();
        assertThat(body.getBody().toCompletableFuture()).isCompletedWithValue(null);
    }

    @Test
    void isCutOffWhereItIsTooLong() {
        begin();
        receive(60, 41);
        assertThat(cancelled).isTrue();
        assertThat(body.getBody().toCompletableFuture()).isCompletedWithValue(null);
    }
}
