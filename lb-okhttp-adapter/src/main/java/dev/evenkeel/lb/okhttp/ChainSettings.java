package dev.evenkeel.lb.okhttp;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Interceptor;

/** What interceptors have set for a call, on the way to ours. */
final class ChainSettings {

    private ChainSettings() {}

    /**
     * The chain of another call of the same client, with the settings of this one. Each setting copies the chain, so that those
     * which are the same are left alone; but for the pool, which each attempt has from its instance.
     */
    static Interceptor.Chain copy(Interceptor.Chain from, Interceptor.Chain to) {
        Interceptor.Chain chain = withTimeouts(from, to);
        if (from.getDns() != to.getDns()) {
            chain = chain.withDns(from.getDns());
        }
        if (from.getSocketFactory() != to.getSocketFactory()) {
            chain = chain.withSocketFactory(from.getSocketFactory());
        }
        if (from.getRetryOnConnectionFailure() != to.getRetryOnConnectionFailure()) {
            chain = chain.withRetryOnConnectionFailure(from.getRetryOnConnectionFailure());
        }
        if (from.getAuthenticator() != to.getAuthenticator()) {
            chain = chain.withAuthenticator(from.getAuthenticator());
        }
        if (from.getCookieJar() != to.getCookieJar()) {
            chain = chain.withCookieJar(from.getCookieJar());
        }
        if (from.getCache() != to.getCache()) {
            chain = chain.withCache(from.getCache());
        }
        return withTls(from, to, withProxies(from, to, chain));
    }

    private static Interceptor.Chain withTimeouts(Interceptor.Chain from, Interceptor.Chain to) {
        Interceptor.Chain chain = to;
        if (from.connectTimeoutMillis() != to.connectTimeoutMillis()) {
            chain = chain.withConnectTimeout(from.connectTimeoutMillis(), TimeUnit.MILLISECONDS);
        }
        if (from.readTimeoutMillis() != to.readTimeoutMillis()) {
            chain = chain.withReadTimeout(from.readTimeoutMillis(), TimeUnit.MILLISECONDS);
        }
        if (from.writeTimeoutMillis() != to.writeTimeoutMillis()) {
            chain = chain.withWriteTimeout(from.writeTimeoutMillis(), TimeUnit.MILLISECONDS);
        }
        return chain;
    }

    private static Interceptor.Chain withProxies(
            Interceptor.Chain from, Interceptor.Chain to, Interceptor.Chain chain) {
        Interceptor.Chain changed = chain;
        if (!Objects.equals(from.getProxy(), to.getProxy())) {
            changed = changed.withProxy(from.getProxy());
        }
        if (from.getProxySelector() != to.getProxySelector()) {
            changed = changed.withProxySelector(from.getProxySelector());
        }
        if (from.getProxyAuthenticator() != to.getProxyAuthenticator()) {
            changed = changed.withProxyAuthenticator(from.getProxyAuthenticator());
        }
        return changed;
    }

    private static Interceptor.Chain withTls(Interceptor.Chain from, Interceptor.Chain to, Interceptor.Chain chain) {
        Interceptor.Chain changed = chain;
        SSLSocketFactory sockets = from.getSslSocketFactoryOrNull();
        X509TrustManager trust = from.getX509TrustManagerOrNull();
        if (sockets != to.getSslSocketFactoryOrNull() || trust != to.getX509TrustManagerOrNull()) {
            changed = changed.withSslSocketFactory(sockets, trust);
        }
        if (from.getHostnameVerifier() != to.getHostnameVerifier()) {
            changed = changed.withHostnameVerifier(from.getHostnameVerifier());
        }
        if (!from.getCertificatePinner().equals(to.getCertificatePinner())) {
            changed = changed.withCertificatePinner(from.getCertificatePinner());
        }
        return changed;
    }
}
