package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.Proxy;
import okhttp3.Interceptor;
import okhttp3.Request;

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

    private InstanceRoute(String urlHost, ServiceInstance instance, Interceptor.Chain chain) {
        this.urlHost = urlHost;
        this.dns = new InstanceDns(urlHost, instance.host(), instance.port(), chain.getDns());
        this.sockets = new InstanceSocketFactory(urlHost, instance.port(), dns, chain.getSocketFactory());
        this.proxies = new InstanceProxySelector(urlHost, chain.getProxy(), chain.getProxySelector());
    }

    static InstanceRoute of(String urlHost, ServiceInstance instance, Interceptor.Chain chain) {
        return new InstanceRoute(urlHost, instance, chain);
    }

    /** Whether it will do for a call, too. Clients that were derived from one another may differ in their settings. */
    boolean suits(String otherHost, Interceptor.Chain chain) {
        return urlHost.equals(otherHost)
                && dns.others() == chain.getDns()
                && sockets.sockets() == chain.getSocketFactory()
                && proxies.isOver(chain.getProxy(), chain.getProxySelector());
    }

    /**
     * The chain, going to the instance. Of what fails there OkHttp repeats GET and HEAD, on a new connection to the same
     * instance, unless the client is told not to: it is how a connection is overcome that the server has closed meanwhile.
     * It must repeat nothing else, as it would repeat a POST that the instance has already executed.
     *
     * <p>Each setting copies the chain, so that those which are as wanted are left alone.
     */
    Interceptor.Chain over(Interceptor.Chain chain, Request request) {
        Interceptor.Chain routed = chain.withDns(dns).withSocketFactory(sockets).withProxySelector(proxies);
        if (chain.getProxy() != null) {
            Proxy byTheSelector = null;
            routed = routed.withProxy(byTheSelector);
        }
        if (chain.getRetryOnConnectionFailure() && !isRepeatable(request)) {
            routed = routed.withRetryOnConnectionFailure(false);
        }
        return routed;
    }

    private static boolean isRepeatable(Request request) {
        return request.method().equals("GET") || request.method().equals("HEAD");
    }

    @Override
    public String toString() {
        return dns.toString();
    }
}
