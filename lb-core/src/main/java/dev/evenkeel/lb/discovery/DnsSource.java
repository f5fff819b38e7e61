package dev.evenkeel.lb.discovery;

import static java.util.Objects.requireNonNull;

import com.google.common.base.CharMatcher;
import com.google.common.net.InetAddresses;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All addresses of a name, asked for again and again. */
final class DnsSource implements InstanceSource {

    /** Asks for the addresses of a name, and may block. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** An address goes when this many answers in a row have been without it. */
    static final int PATIENCE = 3;

    private static final int MAX_HOST = 255;

    private static final CharMatcher NOT_IN_NAMES = CharMatcher.whitespace().or(CharMatcher.anyOf("/:@?#[]"));

    private final String host;
    private final int port;
    private final Duration interval;
    private final Resolver resolver;

    DnsSource(String host, int port, Duration interval, Resolver resolver) {
        this.host = requireNonNull(host, "host");
        if (!isNameOrAddress(host)) {
            throw new IllegalArgumentException(
                    "host: " + Printable.of(host) + " (expected: the name of a host, without scheme, port or path)");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
        }
        this.port = port;
        this.interval = Intervals.check("interval", interval);
        this.resolver = resolver;
    }

    /** What a resolver may know: other names than those that URLs can hold, too. */
    private static boolean isNameOrAddress(String host) {
        return InetAddresses.isInetAddress(host)
                || (!host.isBlank()
                        && host.length() <= MAX_HOST
                        && Printable.isPrintable(host)
                        && NOT_IN_NAMES.matchesNoneOf(host));
    }

    @Override
    public Subscription subscribe(InstanceSink sink) {
        Polling polling = new Polling(
                sink,
                new Addresses()::ask,
                interval,
                PollingSource.TIMEOUT,
                Intervals.max(interval, PollingSource.LONGEST_RETRY));
        polling.ask(sink.executor());
        return polling;
    }

    @Override
    public String toString() {
        return "DNS " + host + ":" + port + " every " + interval;
    }

    /** What one subscription knows of the addresses. Used by one poll after the other, which orders the accesses. */
    private final class Addresses {

        /** How many answers in a row have been without each, in the order in which they were first seen. */
        private final Map<ServiceInstance, Integer> misses = new LinkedHashMap<>();

        List<ServiceInstance> ask() throws UnknownHostException {
            InetAddress[] answer = resolver.resolve(host);
            if (answer.length == 0) {
                throw new UnknownHostException(host + ": no address");
            }
            misses.replaceAll((instance, count) -> count + 1);
            for (InetAddress address : answer) {
                misses.put(instance(address), 0);
            }
            misses.values().removeIf(count -> count >= PATIENCE);
            return List.copyOf(misses.keySet());
        }

        /** Without the zone that a link-local address may come with, as an instance has none. */
        private ServiceInstance instance(InetAddress address) throws UnknownHostException {
            return ServiceInstance.of(InetAddresses.toAddrString(InetAddress.getByAddress(address.getAddress())), port);
        }
    }
}
