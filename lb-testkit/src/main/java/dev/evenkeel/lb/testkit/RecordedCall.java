package dev.evenkeel.lb.testkit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An asynchronous call of the suite: remembers what it was told, and how often. */
final class RecordedCall implements ContractCallback {

    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicInteger told = new AtomicInteger();
    private volatile @Nullable ContractAnswer answer;
    private volatile @Nullable Throwable failure;

    @Override
    public void answered(ContractAnswer given) {
        answer = given;
        tell();
    }

    @Override
    public void failed(Throwable thrown) {
        failure = thrown;
        tell();
    }

    private void tell() {
        told.incrementAndGet();
        over.countDown();
    }

    /** How many times the client called back. */
    int timesTold() {
        return told.get();
    }

    /** Waits for the answer. */
    ContractAnswer answer() throws InterruptedException {
        await();
        ContractAnswer given = answer;
        if (given == null) {
            throw new AssertionError("the call failed", failure);
        }
        return given;
    }

    /** Waits for the end; throws what the call failed with. */
    ContractAnswer answerOrFailure() throws Exception {
        await();
        if (failure instanceof Exception thrown) {
            throw thrown;
        }
        return answer();
    }

    /** Waits for the failure. */
    Throwable failure() throws InterruptedException {
        await();
        Throwable thrown = failure;
        if (thrown == null) {
            throw new AssertionError("the call was answered: " + answer);
        }
        return thrown;
    }

    private void await() throws InterruptedException {
        if (!over.await(Eventually.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the client did not call back within " + Eventually.PATIENCE);
        }
    }
}
