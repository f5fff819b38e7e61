package dev.evenkeel.lb.benchmarks.peers;

import io.smallrye.mutiny.Uni;
import io.smallrye.stork.api.ServiceDiscovery;
import io.smallrye.stork.api.ServiceInstance;
import io.smallrye.stork.impl.DefaultServiceInstance;
import java.util.List;
import java.util.stream.IntStream;

/** What Stork's balancers choose from. */
final class StorkInstances {

    /** A balancer is made with a source, which it does not ask. */
    static final ServiceDiscovery NOWHERE =
            () -> Uni.createFrom().failure(() -> new UnsupportedOperationException("getServiceInstances: not here"));

    private StorkInstances() {}

    static List<ServiceInstance> of(List<String> hosts) {
        return IntStream.range(0, hosts.size())
                .<ServiceInstance>mapToObj(i -> new DefaultServiceInstance(i, hosts.get(i), 8080, false))
                .toList();
    }
}
