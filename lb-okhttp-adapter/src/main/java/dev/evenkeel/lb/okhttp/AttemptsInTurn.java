package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.call.Attempt;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.request.PickRequest;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.Response;

/** The attempts of a call one after the other, over its own chain. None of them ends before the call does, if not by itself. */
final class AttemptsInTurn implements BalancedCall.Work<Response, IOException> {

    private final ServiceCall service;
    private final Interceptor.Chain chain;
    private final CallListener listener;
    private final boolean limited;
    private final BalancedCall attempts;

    AttemptsInTurn(ServiceCall service, Interceptor.Chain chain, PickRequest pickRequest) {
        this(service, chain, pickRequest, ServiceCall.timeLimit(chain.call()));
    }

    /**
     * The attempts of a call that has so much time until there is an answer.
     *
     * @param timeLimit zero for as much as it takes
     */
    AttemptsInTurn(ServiceCall service, Interceptor.Chain chain, PickRequest pickRequest, Duration timeLimit) {
        this.service = service;
        this.chain = chain;
        this.listener = CallListener.to(chain.call(), service.request());
        this.limited = !timeLimit.isZero();
        this.attempts = service.attempts(listener.stayingWhereItIs(pickRequest), timeLimit)
                .build();
    }

    Response run() throws IOException {
        listener.listen(attempts);
        try {
            return attempts.execute(this);
        } catch (InterruptedException interrupted) {
            throw interrupted(interrupted);
        } catch (TimeoutException late) {
            throw CallListener.timeout(late);
        } catch (CancellationException thrown) {
            throw canceled(chain.call(), thrown);
        }
    }

    @Override
    public Response run(Attempt attempt) throws IOException {
        if (limited) {
            attempt.onStop(() -> listener.stop(attempt));
        }
        return service.send(attempt, listener, chain);
    }

    /** The thread stays interrupted. */
    static IOException interrupted(InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        InterruptedIOException thrown = new InterruptedIOException("interrupted");
        thrown.initCause(interrupted);
        return thrown;
    }

    /** As OkHttp says it, unless an interceptor of the user's has thrown it. */
    static IOException canceled(Call call, CancellationException thrown) {
        if (!call.isCanceled()) {
            throw thrown;
        }
        return new IOException(CallListener.CANCELED, thrown);
    }
}
