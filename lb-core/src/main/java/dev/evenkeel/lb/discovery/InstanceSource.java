package dev.evenkeel.lb.discovery;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Where the instances of a service come from: a registry, DNS, a file, a fixed list.
 *
 * <p>A source delivers full lists, not differences, so that a lost message does no lasting harm. A list may be delivered
 * during {@link #subscribe} or at any time later, from any thread.
 *
 * <pre>{@code
 * InstanceSource source = sink -> {
 *     Watch watch = directory.watch(sink.serviceName(), sink::update, sink::failed);
 *     return watch::stop;
 * };
 * }</pre>
 *
 * <p>Implementations must be safe for concurrent use: several balancers may subscribe. If {@code subscribe} throws, the
 * balancer tries again after a growing delay.
 */
@FunctionalInterface
public interface InstanceSource {

    /**
     * Begins to deliver lists to the sink. Should not block for long: {@code LoadBalancerBuilder.build()} waits for it.
     *
     * @param sink takes the lists, and has the clock and the scheduler to use
     * @return the way to end the subscription
     */
    Subscription subscribe(InstanceSink sink);

    /** A list that never changes. */
    static InstanceSource of(Collection<ServiceInstance> instances) {
        return new StaticSource(instances);
    }

    /** Asks again and again; see {@link #polling(Lookup, Duration, Duration)}. A question may take 30 s. */
    static InstanceSource polling(Lookup lookup, Duration interval) {
        return polling(lookup, interval, PollingSource.TIMEOUT);
    }

    /**
     * Asks for the list again and again, on the executor of the balancer, for instance a registry that has no other way.
     *
     * <pre>{@code
     * InstanceSource source = InstanceSource.polling(service -> directory.instances(service), Duration.ofSeconds(10));
     * }</pre>
     *
     * <p>One question at a time for each balancer. One that fails leaves the last list in force and is repeated after a
     * growing, random delay: at most 1 s the first time, and up to 2 min, or the interval where that is longer.
     *
     * @param lookup asks for the list; may block
     * @param interval from one answer to the next question, with a jitter of 20 %; from 10 ms to 1 day
     * @param timeout how long a question may take before it counts as failed and is interrupted; from 10 ms to 1 day. No
     *     other one is asked before it has returned. Closing the balancer interrupts it, too
     */
    static InstanceSource polling(Lookup lookup, Duration interval, Duration timeout) {
        return new PollingSource(lookup, interval, timeout);
    }

    /** A file that is read every second; see {@link #file(Path, Duration)}. */
    static InstanceSource file(Path file) {
        return file(file, FileSource.INTERVAL);
    }

    /**
     * A file that is read again and again, so that whoever may write it can let instances join and leave. It has a line
     * for each instance, of any number of services: the service, {@code host:port}, and properties.
     *
     * <pre>
     * # what stands behind a # is a comment
     * orders  10.0.0.1:8080  weight=2 zone=a
     * orders  [fd00::2]:8080 id=orders-2 priority=1 startTime=2030-01-31T12:00:00Z metadata.version=7
     * </pre>
     *
     * <p>Words are separated by spaces and tabs and cannot contain any; the text is UTF-8, at most 32 MiB. A file that is
     * missing or broken, in whichever line, leaves the last list in force, and the snapshot says file, line and fault. A
     * change counts when it has been seen twice in a row, as the first time the file may be half written: so it is in force
     * after two intervals. Best is to move a new file into the place of the old one.
     *
     * <p>The first time the file is read by {@code LoadBalancerBuilder.build()} itself, and its list is in force on return.
     *
     * @param interval from 10 ms to 1 day, with a jitter of 20 %
     */
    static InstanceSource file(Path file, Duration interval) {
        return new FileSource(file, interval);
    }

    /**
     * All addresses of a name, IPv4 and IPv6, asked for again and again. Each is an instance, with this port and the id
     * {@code address:port}. A machine that has addresses of both kinds is two instances, then.
     *
     * <pre>{@code
     * InstanceSource source = InstanceSource.dns("orders.internal", 8080, Duration.ofSeconds(30));
     * }</pre>
     *
     * <p>Answers may be partial and rotate: an address stays until three answers in a row have been without it. A name that
     * is not found is a failure, which leaves the last list in force; see {@link #polling(Lookup, Duration, Duration)}.
     *
     * <p>The JVM asks, and keeps what it has heard: an answer for 30 s and a failure for 10 s unless the security properties
     * {@code networkaddress.cache.ttl} and {@code networkaddress.cache.negative.ttl} say otherwise. This library does not
     * touch them. With an interval below that, the same answer is heard several times, and counts each time.
     *
     * @param host the name, whatever the service is called; a trailing dot keeps search domains out
     * @param port of all instances, from 1 to 65535
     * @param interval from 10 ms to 1 day, with a jitter of 20 %
     */
    static InstanceSource dns(String host, int port, Duration interval) {
        return new DnsSource(host, port, interval, InetAddress::getAllByName);
    }

    /** Asks somebody for the instances of a service. Must be safe for concurrent use if several balancers share it. */
    @FunctionalInterface
    interface Lookup {

        /** Asks for the full list, and may block until it is there. To throw is to say that it is not known now. */
        List<ServiceInstance> lookUp(String serviceName) throws Exception;
    }
}
