package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;

/** What TLS asks for and verifies, by the host of the URL. */
@FunctionalInterface
interface TlsNames {

    /** The name for a call that goes to this instance. */
    String of(String urlHost, ServiceInstance instance);
}
