package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import javax.net.ssl.SSLContext;
import javax.net.ssl.X509TrustManager;

/** What a client of the suite is to be built with for TLS. An immutable value. */
public final class ContractTls {

    private final SSLContext context;
    private final X509TrustManager trustManager;

    ContractTls(SSLContext context, X509TrustManager trustManager) {
        this.context = requireNonNull(context, "context");
        this.trustManager = requireNonNull(trustManager, "trustManager");
    }

    /** Whom the client trusts, and who it is if it has a certificate of its own. */
    public SSLContext context() {
        return context;
    }

    /** Whom the client trusts, once more, for clients that want it apart. */
    public X509TrustManager trustManager() {
        return trustManager;
    }
}
