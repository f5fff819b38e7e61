package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.net.ConnectException;

/** Rides on a failure and says which instance was called; the URL does not tell. Without a stack trace. */
final class CalledInstance extends Exception {

    private static final long serialVersionUID = 1L;

    private CalledInstance(String host, ServiceInstance instance) {
        super(host + ": the call went to " + instance, null, false, false);
    }

    /**
     * The failure with the instance named. OkHttp's own message of a refused connection shows a mixture that helps nobody,
     * the instance's IP address with the port of the URL.
     */
    static IOException named(IOException failure, String host, ServiceInstance instance) {
        if (failure.getClass() == ConnectException.class) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            ConnectException named =
                    new ConnectException(host + ": failed to connect to " + instance + ": " + cause.getMessage());
            named.initCause(failure);
            return named;
        }
        failure.addSuppressed(new CalledInstance(host, instance));
        return failure;
    }
}
