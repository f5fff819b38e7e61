package dev.evenkeel.lb.benchmarks.faults;

import dev.evenkeel.lb.CallContext;
import dev.evenkeel.lb.Lease;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A balancer that notes which attempts fail. A first attempt is one that avoids nobody, as a further one avoids those that the
 * call has tried.
 */
final class NotingBalancer implements LoadBalancer {

    private final LoadBalancer balancer;
    private final Collection<Failed> failed = new ConcurrentLinkedQueue<>();

    NotingBalancer(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    /** An attempt that failed. */
    record Failed(String instanceId, long begun, long ended, boolean first, Outcome outcome) {

        boolean isAt(String address, long from, long until) {
            return instanceId.equals(address) && begun - from >= 0 && until - begun > 0;
        }

        /** What became of it, for a server that is ill since then. */
        String since(long ill) {
            return "%s, %s attempt: begun at %.1f ms, %s after %.1f ms"
                    .formatted(instanceId, first ? "first" : "further", (begun - ill) / 1e6, outcome, millis());
        }

        /** How long it took. */
        double millis() {
            return (ended - begun) / 1e6;
        }
    }

    Collection<Failed> failed() {
        return failed;
    }

    @Override
    public String serviceName() {
        return balancer.serviceName();
    }

    @Override
    public Lease acquire(PickRequest request) {
        return new NotedLease(balancer.acquire(request), request);
    }

    @Override
    public CompletableFuture<Lease> acquireAsync(PickRequest request) {
        return balancer.acquireAsync(request).thenApply(lease -> new NotedLease(lease, request)); // nobody waits
    }

    @Override
    public CallContext callContext() {
        return balancer.callContext();
    }

    @Override
    public PoolSnapshot snapshot() {
        return balancer.snapshot();
    }

    @Override
    public LoadBalancer subset(Map<String, String> metadata) {
        return balancer.subset(metadata);
    }

    @Override
    public void addListener(LoadBalancerListener listener) {
        balancer.addListener(listener);
    }

    @Override
    public void removeListener(LoadBalancerListener listener) {
        balancer.removeListener(listener);
    }

    @Override
    public void close() {
        balancer.close();
    }

    private final class NotedLease implements Lease {

        private final Lease lease;
        private final boolean first;
        private final long begun = System.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        NotedLease(Lease lease, PickRequest request) {
            this.lease = lease;
            this.first = request.avoided().isEmpty();
        }

        @Override
        public ServiceInstance instance() {
            return lease.instance();
        }

        @Override
        public boolean isFailOpen() {
            return lease.isFailOpen();
        }

        @Override
        public void answered() {
            lease.answered();
        }

        @Override
        public Duration paused() {
            return lease.paused();
        }

        @Override
        public void report(LoadReport report) {
            lease.report(report);
        }

        @Override
        public void end(Outcome outcome) {
            if (ended.compareAndSet(false, true) && isFailure(outcome)) {
                failed.add(new Failed(instance().id(), begun, System.nanoTime(), first, outcome));
            }
            lease.end(outcome);
        }

        private static boolean isFailure(Outcome outcome) {
            return switch (outcome.kind()) {
                case NEVER_REACHED, FAILED, OVERLOADED -> true;
                default -> false;
            };
        }

        @Override
        public void close() {
            ended.set(true);
            lease.close();
        }
    }
}
