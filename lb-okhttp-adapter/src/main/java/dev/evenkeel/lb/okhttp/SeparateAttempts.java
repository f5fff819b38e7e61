package dev.evenkeel.lb.okhttp;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.time.Ticker;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * The attempts of a call, each of which is a call of OkHttp's for itself, as that is the only thing that can be ended on its own:
 * an attempt that takes too long, or the slower one of two.
 *
 * <p>They are copies of the call, so that they have its client, whichever was derived from ours; what is before our interceptor
 * leaves them alone ({@link OutsideInterceptor}). The first runs on the thread of the call, which waits anyway; further ones on
 * whichever is free first, that thread or one of the dispatcher's executor. They do not queue with the dispatcher, whose places
 * may all be taken by the calls that wait for them.
 */
final class SeparateAttempts {

    private static final Runnable THE_END = new Runnable() {
        @Override
        public void run() {}
    };

    private final ServiceCall service;
    private final Interceptor.Chain chain;
    private final BalancingInterceptor interceptor;
    private final Executor threads;
    private final Duration timeLimit;
    private final Ticker ticker;
    private final long begun;
    private final BalancedCall attempts;

    /** What the thread of the call is to do. */
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    /** All that have begun: the one whose response the caller has ends with the call, too. */
    private final Queue<AttemptCall> calls = new ConcurrentLinkedQueue<>();

    SeparateAttempts(
            ServiceCall service,
            Interceptor.Chain chain,
            PickRequest pickRequest,
            BalancingInterceptor interceptor,
            Executor threads) {
        this.service = service;
        this.chain = chain;
        this.interceptor = interceptor;
        this.threads = threads;
        this.timeLimit = ServiceCall.timeLimit(chain.call());
        this.ticker = service.balancer().callContext().ticker();
        this.begun = ticker.nanos();
        this.attempts = service.attempts(pickRequest, timeLimit)
                .timeoutFailure(this::timeout)
                .build();
    }

    private IOException timeout(Duration limit) {
        return limit.equals(timeLimit) ? CallListener.timeout(null) : new SocketTimeoutException("timeout");
    }

    Response run() throws IOException {
        chain.call().addEventListener(new EventListener() {
            @Override
            public void canceled(Call call) {
                cancel();
            }
        });
        CompletableFuture<Response> answer = attempts.executeAsync(this::begin);
        if (chain.call().isCanceled()) { // maybe before the listener was there
            cancel();
        }
        try {
            return await(answer);
        } catch (InterruptedException interrupted) {
            cancel();
            throw AttemptsInTurn.interrupted(interrupted);
        } catch (CancellationException thrown) {
            throw AttemptsInTurn.canceled(chain.call(), thrown);
        } catch (ExecutionException failed) {
            throw SeparateAttempts.<IOException>asThrown(requireNonNull(failed.getCause()));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // it does not fail
    private Response await(CompletableFuture<Response> answer) throws InterruptedException, ExecutionException {
        answer.whenComplete((response, failure) -> tasks.add(THE_END));
        while (!answer.isDone()) {
            tasks.take().run();
        }
        return answer.get();
    }

    private CompletableFuture<Response> begin(Attempt attempt) {
        AttemptCall next = new AttemptCall(chain.call().clone(), attempt, this);
        calls.add(next);
        attempt.onStop(next::stop);
        if (chain.call().isCanceled()) { // maybe before it was there
            next.cancel();
        }
        tasks.add(next);
        if (attempt.number() > 1) {
            try {
                threads.execute(next);
            } catch (RejectedExecutionException none) {
                // it waits for the thread of the call
            }
        }
        return next.response();
    }

    /** The attempts first: none is to follow. */
    private void cancel() {
        attempts.cancel();
        calls.forEach(AttemptCall::cancel);
    }

    /** Sends the request over the chain of the call of an attempt, with the settings of the call that it is a copy of. */
    Response send(Attempt attempt, CallListener listener, Interceptor.Chain copy) throws IOException {
        return service.send(attempt, listener, ChainSettings.copy(chain, copy));
    }

    /** What is left of the time of the call, which goes on while the body is read; empty if there is no limit. */
    void limit(Call call) {
        long left = timeLimit.toNanos() - (ticker.nanos() - begun);
        call.timeout().timeout(timeLimit.isZero() ? 0 : Math.max(1, left), TimeUnit.NANOSECONDS);
    }

    boolean isOf(BalancingInterceptor asked) {
        return interceptor == asked;
    }

    ServiceCall service() {
        return service;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E asThrown(Throwable thrown) throws E {
        throw (E) thrown;
    }
}
