package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.Proxy;
import okhttp3.Interceptor;
import org.jspecify.annotations.Nullable;

/**
 * What makes a call to a URL go to one instance: the settings of the call, over those that the client has otherwise.
 *
 * <p>Knows nothing of connections or live state, since OkHttp remembers a route that has failed for as long as the client
 * lives.
 */
final class InstanceRoute {

    private final String urlHost;
    private final InstanceDns dns;
    private final InstanceSocketFactory sockets;
    private final InstanceProxySelector proxies;

    /** If TLS is to verify something else than the host of the URL. */
    private final @Nullable NamedVerifier verifier;

    private InstanceRoute(String urlHost, ServiceInstance instance, TlsNames tlsNames, Interceptor.Chain chain) {
        String tlsName = tlsNames.of(urlHost, instance);
        this.urlHost = urlHost;
        this.dns = new InstanceDns(urlHost, instance.host(), instance.port(), chain.getDns());
        this.sockets = new InstanceSocketFactory(urlHost, instance.port(), dns, chain.getSocketFactory(), tlsName);
        this.proxies = new InstanceProxySelector(urlHost, chain.getProxy(), chain.getProxySelector());
        this.verifier =
                tlsName.equals(urlHost) ? null : new NamedVerifier(urlHost, tlsName, chain.getHostnameVerifier());
    }

    static InstanceRoute of(String urlHost, ServiceInstance instance, TlsNames tlsNames, Interceptor.Chain chain) {
        return new InstanceRoute(urlHost, instance, tlsNames, chain);
    }

    /** Whether it will do for a call, too. Clients that were derived from one another may differ in their settings. */
    boolean suits(String otherHost, Interceptor.Chain chain) {
        return urlHost.equals(otherHost)
                && dns.others() == chain.getDns()
                && sockets.sockets() == chain.getSocketFactory()
                && (verifier == null || verifier.verifier() == chain.getHostnameVerifier())
                && proxies.isOver(chain.getProxy(), chain.getProxySelector());
    }

    /**
     * The chain, going to the instance. OkHttp must not repeat anything there: it would repeat even a POST that the instance
     * has already executed.
     *
     * <p>Each setting copies the chain, so that those which are as wanted are left alone.
     */
    Interceptor.Chain over(Interceptor.Chain chain) {
        Interceptor.Chain routed = chain.withDns(dns).withSocketFactory(sockets).withProxySelector(proxies);
        if (verifier != null) {
            routed = routed.withHostnameVerifier(verifier);
        }
        if (chain.getProxy() != null) {
            Proxy byTheSelector = null;
            routed = routed.withProxy(byTheSelector);
        }
        return chain.getRetryOnConnectionFailure() ? routed.withRetryOnConnectionFailure(false) : routed;
    }

    @Override
    public String toString() {
        return dns.toString();
    }
}
