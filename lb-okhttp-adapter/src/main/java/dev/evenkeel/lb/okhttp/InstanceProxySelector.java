package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends the host of a balanced URL straight to the instance: a proxy would choose another one. What a redirect leads to
 * goes by the proxy that the user has chosen. A value, as OkHttp compares it before it uses a connection again.
 */
final class InstanceProxySelector extends ProxySelector {

    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    private final String urlHost;
    private final @Nullable Proxy proxy;
    private final ProxySelector selector;

    InstanceProxySelector(String urlHost, @Nullable Proxy proxy, ProxySelector selector) {
        this.urlHost = urlHost;
        this.proxy = proxy;
        this.selector = selector;
    }

    boolean isOver(@Nullable Proxy otherProxy, ProxySelector otherSelector) {
        return Objects.equals(proxy, otherProxy) && selector.equals(otherSelector);
    }

    @Override
    public List<Proxy> select(URI uri) {
        if (isBalanced(uri)) {
            return DIRECT;
        }
        return proxy != null ? List.of(proxy) : selector.select(uri);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        if (proxy == null && !isBalanced(uri)) {
            selector.connectFailed(uri, address, failure);
        }
    }

    private boolean isBalanced(URI uri) {
        String host = uri.getHost();
        return urlHost.equals(host) || ("[" + urlHost + "]").equals(host);
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object == this
                || (object instanceof InstanceProxySelector other
                        && urlHost.equals(other.urlHost)
                        && Objects.equals(proxy, other.proxy)
                        && selector.equals(other.selector));
    }

    @Override
    public int hashCode() {
        return urlHost.hashCode();
    }

    @Override
    public String toString() {
        return "no proxy for " + urlHost;
    }
}
