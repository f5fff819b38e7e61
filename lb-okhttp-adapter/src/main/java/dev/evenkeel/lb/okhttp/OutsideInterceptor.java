package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/** An interceptor of the client that was wrapped, which sees a call, and not the calls that are its attempts. */
final class OutsideInterceptor implements Interceptor {

    private final Interceptor interceptor;
    private final BalancingInterceptor balancing;

    OutsideInterceptor(Interceptor interceptor, BalancingInterceptor balancing) {
        this.interceptor = interceptor;
        this.balancing = balancing;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        return AttemptCall.of(chain.call(), balancing) == null
                ? interceptor.intercept(chain)
                : chain.proceed(chain.request());
    }

    @Override
    public String toString() {
        return interceptor.toString();
    }
}
