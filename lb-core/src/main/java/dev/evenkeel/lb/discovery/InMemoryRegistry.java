package dev.evenkeel.lb.discovery;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.HostNames;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The registry for one process: instances join, give signs of life and leave by method calls. For services that find
 * each other inside one program, for tests, and as the place where a discovery mechanism of one's own delivers to.
 *
 * <p>Safe for concurrent use. It owns no thread and needs no closing: the time to live of an instance is watched by the
 * subscribers' schedulers, and checked again whenever something is asked of the registry. A change is with all
 * subscribers when the call that made it returns, unless another change is being delivered just then, which then takes
 * this one along.
 *
 * <pre>{@code
 * InMemoryRegistry registry = new InMemoryRegistry();
 * Registration one = registry.register("orders", ServiceInstance.of("10.0.0.1:8080"), Duration.ofSeconds(10));
 * LoadBalancer orders = LoadBalancer.builder("orders").source(registry).build();
 * one.heartbeat();
 * one.close();
 * }</pre>
 */
public final class InMemoryRegistry implements InstanceRegistry {

    /** The longest time to live: longer ones are meant to be for good. */
    private static final Duration MAX_TIME_TO_LIVE = Duration.ofDays(365);

    private final Ticker ticker;
    private final Map<String, RegisteredService> services = new ConcurrentHashMap<>();

    /** A registry on the clock of the JVM. */
    public InMemoryRegistry() {
        this(Ticker.system());
    }

    /** A registry on this clock, which should be that of the balancers that subscribe. */
    public InMemoryRegistry(Ticker ticker) {
        this.ticker = requireNonNull(ticker, "ticker");
    }

    @Override
    public Registration register(String serviceName, ServiceInstance instance) {
        return service(serviceName).register(requireNonNull(instance, "instance"), RegisteredService.FOR_EVER);
    }

    @Override
    public Registration register(String serviceName, ServiceInstance instance, Duration timeToLive) {
        requireNonNull(instance, "instance");
        requireNonNull(timeToLive, "timeToLive");
        if (timeToLive.isNegative() || timeToLive.isZero() || timeToLive.compareTo(MAX_TIME_TO_LIVE) > 0) {
            throw new IllegalArgumentException(
                    "timeToLive: " + timeToLive + " (expected: more than 0, at most " + MAX_TIME_TO_LIVE + ")");
        }
        return service(serviceName).register(instance, timeToLive);
    }

    @Override
    public void deregister(String serviceName, String instanceId) {
        requireNonNull(instanceId, "instanceId");
        RegisteredService known = services.get(canonical(serviceName));
        if (known != null) {
            known.deregister(instanceId);
        }
    }

    @Override
    public Subscription subscribe(InstanceSink sink) {
        return service(sink.serviceName()).subscribe(sink);
    }

    /** The instances of the service that are alive now, in the order of their registration. */
    public List<ServiceInstance> instances(String serviceName) {
        RegisteredService known = services.get(canonical(serviceName));
        return known == null ? List.of() : known.instances();
    }

    @Override
    public String toString() {
        return "in-memory registry of " + Printable.of(services.keySet());
    }

    private RegisteredService service(String serviceName) {
        return services.computeIfAbsent(canonical(serviceName), created -> new RegisteredService(created, ticker));
    }

    private static String canonical(String serviceName) {
        return HostNames.canonicalServiceName("serviceName", serviceName);
    }
}
