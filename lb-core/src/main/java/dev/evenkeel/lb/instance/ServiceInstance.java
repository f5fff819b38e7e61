package dev.evenkeel.lb.instance;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.net.InetAddresses;
import dev.evenkeel.lb.text.HostNames;
import dev.evenkeel.lb.text.Printable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One addressable process of a service. An immutable value, safe to share between threads; two are equal when all their
 * properties are.
 *
 * <p>The id tells instances of one service apart and keeps an instance's live state together across list refreshes. It
 * defaults to {@code host:port}, with brackets for IPv6: {@code [::1]:80}.
 *
 * <pre>{@code
 * ServiceInstance one = ServiceInstance.of("10.0.0.1:8080");
 * ServiceInstance two = ServiceInstance.builder("10.0.0.2", 8080).id("orders-7").weight(2).zone("a").build();
 * }</pre>
 */
public final class ServiceInstance {

    /** The longest id, in characters. */
    public static final int MAX_ID_LENGTH = 256;

    /** The most entries that metadata may have. */
    public static final int MAX_METADATA_ENTRIES = 64;

    /** The longest key or value in metadata, in characters. */
    public static final int MAX_METADATA_LENGTH = 1024;

    private final String id;
    private final String host;
    private final int port;
    private final String hostPort;
    private final double weight;
    private final Optional<String> zone;
    private final int priority;
    private final Optional<Instant> startTime;
    private final ImmutableMap<String, String> metadata;

    /** Whether the id was made from host and port, so that it stands for both. */
    private final boolean isNamedByAddress;

    /** Kept where the host is an IP address; a name is resolved each time, as its address may change. */
    private final @Nullable InetSocketAddress literalAddress;

    private ServiceInstance(Builder builder) {
        this.host = builder.host;
        this.port = builder.port;
        this.hostPort = HostNames.isIpv6(host) ? "[" + host + "]:" + port : host + ":" + port;
        this.isNamedByAddress = builder.id == null;
        this.id = builder.id != null ? builder.id : Builder.printable("id", hostPort, MAX_ID_LENGTH);
        this.weight = builder.weight;
        this.zone = Optional.ofNullable(builder.zone);
        this.priority = builder.priority;
        this.startTime = Optional.ofNullable(builder.startTime);
        this.metadata = builder.metadata;
        this.literalAddress =
                InetAddresses.isInetAddress(host) ? new InetSocketAddress(InetAddresses.forString(host), port) : null;
    }

    /**
     * An instance with defaults for everything else.
     *
     * @param hostAndPort such as {@code 10.0.0.1:8080}, {@code node-7.example:8080} or {@code [::1]:8080}
     * @throws IllegalArgumentException if it is not a host, a colon and a port from 1 to 65535
     */
    public static ServiceInstance of(String hostAndPort) {
        return builder(hostAndPort).build();
    }

    /** An instance with defaults for everything else; see {@link #builder(String, int)}. */
    public static ServiceInstance of(String host, int port) {
        return builder(host, port).build();
    }

    /** A builder from {@code host:port}; see {@link #of(String)}. */
    public static Builder builder(String hostAndPort) {
        requireNonNull(hostAndPort, "hostAndPort");
        int colon = hostAndPort.lastIndexOf(':');
        String host = colon < 0 ? hostAndPort : hostAndPort.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (colon <= 0 || (host.indexOf(':') >= 0 && !bracketed)) {
            throw refusal("hostAndPort", hostAndPort, "host:port, with brackets around an IPv6 address");
        }
        return builder(host, parsePort(hostAndPort, hostAndPort.substring(colon + 1)));
    }

    /**
     * A builder for an instance at this address.
     *
     * @param host a host name or an IP address, without scheme, port or path; brackets around IPv6 are optional. Kept in
     *     its canonical form: lower case, punycode, no trailing dot
     * @param port from 1 to 65535
     * @throws IllegalArgumentException if either is not
     */
    public static Builder builder(String host, int port) {
        return new Builder(host, port);
    }

    /** What tells this instance apart from the others of its service. */
    public String id() {
        return id;
    }

    /** A host name or an IP address in canonical form, IPv6 without brackets. */
    public String host() {
        return host;
    }

    /** The port, from 1 to 65535. */
    public int port() {
        return port;
    }

    /** Host and port as they stand in a URL: {@code 10.0.0.1:8080}, {@code [::1]:8080}. */
    public String hostPort() {
        return hostPort;
    }

    /**
     * Where to connect to. An IP address costs nothing; a host name is looked up at each call, through the cache of the
     * JVM, and is unresolved when that fails.
     */
    public InetSocketAddress address() {
        return literalAddress != null ? literalAddress : new InetSocketAddress(host, port);
    }

    /** The address where the host is one, empty where it is a name. Looks nothing up. */
    public Optional<InetAddress> ipAddress() {
        return Optional.ofNullable(literalAddress).map(InetSocketAddress::getAddress);
    }

    /**
     * The share of traffic relative to other instances. Zero means none but that of the sessions that it has, unless all
     * instances have zero. Default 1.
     */
    public double weight() {
        return weight;
    }

    /** Where it runs, if known. */
    public Optional<String> zone() {
        return zone;
    }

    /** The failover tier; the lowest number is used first. Default 0. */
    public int priority() {
        return priority;
    }

    /** When the process started, by its own account, if known. */
    public Optional<Instant> startTime() {
        return startTime;
    }

    /** Free labels, such as a version. Unmodifiable. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** A builder that starts from this instance. The id stays, even if the address is made another one. */
    public Builder toBuilder() {
        Builder builder =
                new Builder(host, port).id(id).weight(weight).priority(priority).metadata(metadata);
        zone.ifPresent(builder::zone);
        startTime.ifPresent(builder::startTime);
        return builder;
    }

    /** Whether the other one is at the same host and port, whatever else it says. */
    public boolean hasSameAddressAs(ServiceInstance other) {
        return port == other.port && host.equals(other.host);
    }

    @Override
    public boolean equals(@Nullable Object object) {
        if (this == object) {
            return true;
        }
        return object instanceof ServiceInstance other
                && id.equals(other.id)
                && ((isNamedByAddress && other.isNamedByAddress) || hasSameAddressAs(other))
                && Double.compare(weight, other.weight) == 0
                && zone.equals(other.zone)
                && priority == other.priority
                && startTime.equals(other.startTime)
                && metadata.equals(other.metadata);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, host, port);
    }

    /** The id, and the address where the id does not tell it. */
    @Override
    public String toString() {
        return id.equals(hostPort) ? id : id + " at " + hostPort;
    }

    private static int parsePort(String hostAndPort, String port) {
        if (port.isEmpty() || port.length() > 5 || !port.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw refusal("hostAndPort", hostAndPort, "host:port with a port from 1 to 65535");
        }
        return Integer.parseInt(port);
    }

    private static IllegalArgumentException refusal(String parameter, Object value, String expected) {
        return new IllegalArgumentException(parameter + ": " + Printable.of(value) + " (expected: " + expected + ")");
    }

    /** Builds instances; not safe for concurrent use. Every setter refuses a bad value at once. */
    public static final class Builder {

        private final String host;
        private final int port;
        private @Nullable String id;
        private double weight = 1;
        private @Nullable String zone;
        private int priority;
        private @Nullable Instant startTime;
        private ImmutableMap<String, String> metadata = ImmutableMap.of();

        private Builder(String host, int port) {
            this.host = HostNames.canonicalHost("host", host);
            if (port < 1 || port > 65535) {
                throw refusal("port", port, "1..65535");
            }
            this.port = port;
        }

        /**
         * Names the instance. Default {@code host:port}. At most 256 printable characters, not blank; without it, a host of more
         * than 250 characters may be too long.
         */
        public Builder id(String id) {
            requireNonNull(id, "id");
            if (id.isBlank()) {
                throw refusal("id", "\"" + id + "\"", "not blank");
            }
            this.id = printable("id", id, MAX_ID_LENGTH);
            return this;
        }

        /** Sets the share of traffic: finite, not negative. Default 1. */
        public Builder weight(double weight) {
            if (!(weight >= 0) || weight == Double.POSITIVE_INFINITY) {
                throw refusal("weight", weight, ">= 0 and finite");
            }
            this.weight = weight + 0.0; // -0.0 becomes 0.0
            return this;
        }

        /** Says where it runs. Default unknown. */
        public Builder zone(String zone) {
            this.zone = printable("zone", requireNonNull(zone, "zone"), MAX_ID_LENGTH);
            return this;
        }

        /** Sets the failover tier, 0 or more; the lowest number is used first. Default 0. */
        public Builder priority(int priority) {
            if (priority < 0) {
                throw refusal("priority", priority, ">= 0");
            }
            this.priority = priority;
            return this;
        }

        /** Says when the process started. Default unknown. */
        public Builder startTime(Instant startTime) {
            this.startTime = requireNonNull(startTime, "startTime");
            return this;
        }

        /** Replaces the labels: at most 64 entries, each key and value at most 1024 printable characters. */
        public Builder metadata(Map<String, String> metadata) {
            requireNonNull(metadata, "metadata");
            if (metadata.size() > MAX_METADATA_ENTRIES) {
                throw refusal("metadata", metadata.size() + " entries", "at most " + MAX_METADATA_ENTRIES);
            }
            metadata.forEach((key, value) -> {
                printable("metadata key", requireNonNull(key, "metadata key"), MAX_METADATA_LENGTH);
                printable(
                        "metadata " + Printable.of(key), requireNonNull(value, "metadata value"), MAX_METADATA_LENGTH);
            });
            this.metadata = ImmutableMap.copyOf(metadata);
            return this;
        }

        public ServiceInstance build() {
            return new ServiceInstance(this);
        }

        private static String printable(String parameter, String value, int maxLength) {
            if (value.length() > maxLength) {
                throw refusal(parameter, value, "at most " + maxLength + " characters");
            }
            if (!Printable.isPrintable(value)) {
                throw refusal(parameter, value, "printable characters");
            }
            return value;
        }
    }
}
