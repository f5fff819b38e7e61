package dev.evenkeel.lb.okhttp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import okhttp3.Dns;
import org.jspecify.annotations.Nullable;

/**
 * Answers the host of a balanced URL with the addresses of one instance, and asks the user's {@code Dns} about every other
 * name, which a redirect may lead to.
 *
 * <p>A value: OkHttp uses a connection again for whoever comes with an equal one. The port is part of it, as OkHttp does
 * not compare the socket factories that make the difference between two instances at one IP address.
 *
 * <p>The addresses carry the host of the URL as their name; {@link InstanceSocketFactory} knows them by it.
 */
final class InstanceDns implements Dns {

    private final String urlHost;
    private final String instanceHost;
    private final int instancePort;
    private final Dns others;

    InstanceDns(String urlHost, String instanceHost, int instancePort, Dns others) {
        this.urlHost = urlHost;
        this.instanceHost = instanceHost;
        this.instancePort = instancePort;
        this.others = others;
    }

    @Override
    public List<InetAddress> lookup(String hostname) throws UnknownHostException {
        return hostname.equals(urlHost) ? instanceAddresses() : others.lookup(hostname);
    }

    /** All addresses of the instance, so that one that has several is reached by any of them. */
    List<InetAddress> instanceAddresses() throws UnknownHostException {
        if (isAddress(instanceHost)) {
            return List.of(named(InetAddress.getByName(instanceHost)));
        }
        List<InetAddress> addresses = new ArrayList<>();
        for (InetAddress address : others.lookup(instanceHost)) {
            addresses.add(named(address));
        }
        return addresses;
    }

    private InetAddress named(InetAddress address) throws UnknownHostException {
        return address instanceof Inet6Address v6 && v6.getScopeId() != 0
                ? Inet6Address.getByAddress(urlHost, v6.getAddress(), v6.getScopeId())
                : InetAddress.getByAddress(urlHost, address.getAddress());
    }

    Dns others() {
        return others;
    }

    /** Whether a canonical host is an IP address: such a host is no name, and OkHttp asks no {@code Dns} about it. */
    static boolean isAddress(String canonicalHost) {
        return canonicalHost.indexOf(':') >= 0
                || canonicalHost.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object == this
                || (object instanceof InstanceDns other
                        && urlHost.equals(other.urlHost)
                        && instanceHost.equals(other.instanceHost)
                        && instancePort == other.instancePort
                        && others.equals(other.others));
    }

    @Override
    public int hashCode() {
        return Objects.hash(urlHost, instanceHost, instancePort);
    }

    @Override
    public String toString() {
        return urlHost + " at " + instanceHost + " port " + instancePort;
    }
}
