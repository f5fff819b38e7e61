package dev.evenkeel.lb.okhttp;

import okhttp3.Dispatcher;

/** For calls of our own, which somebody else limits. */
final class Dispatchers {

    private Dispatchers() {}

    /**
     * One on the threads of this one, and without its limits: of those that a dispatcher has by default, one lets through
     * five enqueued calls at a time to one host, which is that of the service, however many instances there are.
     */
    static Dispatcher unlimited(Dispatcher dispatcher) {
        Dispatcher unlimited = new Dispatcher(dispatcher.executorService());
        unlimited.setMaxRequests(Integer.MAX_VALUE);
        unlimited.setMaxRequestsPerHost(Integer.MAX_VALUE);
        return unlimited;
    }
}
