package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;

/** The part of a URL between {@code //} and the path. */
final class Authority {

    private Authority() {}

    /**
     * The same URL with another authority. The text is spliced, as taking a URL apart and putting it together again
     * changes its escapes: {@code /a%2Fb} would become {@code /a/b} or {@code /a%252Fb}.
     *
     * @param uri has an authority
     */
    static URI replaced(URI uri, String authority) {
        String text = uri.toString();
        int begin = text.indexOf("//") + 2;
        int end = begin;
        while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return URI.create(text.substring(0, begin) + authority + text.substring(end));
    }

    /** Whether a host in canonical form is an IP address: the last label of a name does not begin with a digit, unless alone. */
    static boolean isAddress(String host) {
        int dot = host.lastIndexOf('.');
        return host.indexOf(':') >= 0 || host.startsWith("[") || (dot >= 0 && isDigit(host, dot + 1));
    }

    /** Address and port of an instance; a host name is looked up, which may take a while. */
    static String resolved(ServiceInstance instance) throws UnknownHostException {
        if (isAddress(instance.host())) {
            return instance.hostPort();
        }
        InetSocketAddress address = instance.address();
        if (address.isUnresolved()) {
            throw new UnknownHostException(instance.host());
        }
        return ServiceInstance.of(address.getAddress().getHostAddress(), instance.port())
                .hostPort();
    }

    private static boolean isDigit(String text, int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }
}
