package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.admission.Purse;
import dev.evenkeel.lb.concurrent.Fields;
import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PickExplanation;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The data plane of a balancer, or of a view of one: reads one field, the current pool, picks from it, and tells of it. Who
 * writes the field is the control plane's business, and that of the subclass.
 */
abstract class PoolBalancer implements LoadBalancer, SlotQueue.Picks {

    /** How often a pick starts again because the pool changed under it, or a leaked lease gave its place back. */
    private static final int MAX_CHANGES = 8;

    private static final VarHandle POOL = Fields.of(MethodHandles.lookup(), "pool", Pool.class);

    final BalancerConfig config;
    final String serviceName;
    final SerialExecutor control;
    final FirstListWaiters waiters;
    final SlotQueue queue;
    final StrategyFaults faults;

    final SessionAdmission admission;

    private final LeaseWatch leaseWatch;
    private final CallContext callContext;
    private final @Nullable PauseWatch pauses;

    /** The only thing that a pick reads. Written by the control plane, and once by whoever closes the balancer. */
    private volatile Pool pool;

    /** That of a balancer, before its first list. */
    PoolBalancer(BalancerConfig config, SerialExecutor control) {
        this.config = config;
        this.serviceName = config.serviceName();
        this.control = control;
        this.waiters = newWaiters();
        this.queue = newQueue();
        this.faults = new StrategyFaults(serviceName);
        this.admission = new SessionAdmission(serviceName, new Admission(config.random(), faults));
        this.leaseWatch = new LeaseWatch(serviceName, config.ticker());
        this.callContext = new PoolCallContext(config, new Purse(config.ticker()), this::pool);
        this.pauses = config.pauses();
        this.pool = Pool.UNKNOWN;
    }

    /** That of a view of a balancer, which shares what is not particular to its pool. */
    PoolBalancer(PoolBalancer whole, Pool pool) {
        this.config = whole.config;
        this.serviceName = whole.serviceName;
        this.control = whole.control;
        this.waiters = newWaiters();
        this.queue = newQueue();
        this.faults = whole.faults;
        this.admission = whole.admission;
        this.leaseWatch = whole.leaseWatch;
        this.callContext = new PoolCallContext(config, whole.callContext.purse(), this::pool);
        this.pauses = whole.pauses;
        this.pool = pool;
    }

    private FirstListWaiters newWaiters() {
        return new FirstListWaiters(control, config.scheduler(), config.firstListTimeout(), this::serve);
    }

    private SlotQueue newQueue() {
        return new SlotQueue(
                serviceName, this, config.ticker(), config.scheduler(), config.maxWaiting(), config.maxWait());
    }

    /** Where its lists come from. */
    abstract SourceLink source();

    /** Instances that are known but not in the pool, by why they are not. */
    abstract Map<Reason, List<ServiceInstance>> outside();

    /** How many entries of the last list were no good. */
    abstract int ignoredEntries();

    final Pool pool() {
        return pool;
    }

    /** Publishes another pool, unless somebody else has meanwhile. */
    final boolean replace(Pool before, Pool after) {
        return POOL.compareAndSet(this, before, after);
    }

    @Override
    public String serviceName() {
        return serviceName;
    }

    @Override
    public Lease acquire(PickRequest request) {
        Lease lease = tryAcquire(requireNonNull(request, "request"));
        if (lease == null) {
            throw refusal(request, null);
        }
        return lease;
    }

    @Override
    public @Nullable Lease tryAcquire(PickRequest request) {
        long now = config.ticker().nanos();
        Pool current = pool;
        for (int change = 0; ; change++) {
            if (current.phase == Pool.Phase.CLOSED) {
                throw new IllegalStateException(serviceName + ": the load balancer is closed");
            }
            TrackedLease lease = admission.admit(current, request, now);
            if (lease != null) {
                if (pauses != null) {
                    pauses.needed();
                }
                return leaseWatch.over(lease, now);
            }
            boolean placesFound = leaseWatch.endLeaked();
            Pool newest = pool;
            if ((newest == current && !placesFound) || change == MAX_CHANGES) {
                return null;
            }
            current = newest;
        }
    }

    @Override
    public CompletableFuture<Lease> acquireAsync(PickRequest request) {
        requireNonNull(request, "request");
        PendingLease call;
        if (pool.phase == Pool.Phase.AWAITING_FIRST_LIST) {
            call = new PendingLease(request, config.executor());
            waiters.await(call, () -> pool.phase != Pool.Phase.AWAITING_FIRST_LIST);
            return call.future();
        }
        try {
            Lease lease = queue.size() == 0 ? tryAcquire(request) : null; // nobody overtakes those that wait
            if (lease != null) {
                return CompletableFuture.completedFuture(lease);
            }
            if (!mayWait(request)) {
                return CompletableFuture.failedFuture(refusal(request, null));
            }
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
        call = new PendingLease(request, config.executor());
        queue.enter(call);
        return call.future();
    }

    /** Serves a call for which there was no list at first, or lets it wait for a place. */
    private void serve(PendingLease call) {
        try {
            if (mayWait(call.request())) {
                queue.enter(call);
            } else {
                call.grant(acquire(call.request()));
            }
        } catch (Throwable refused) {
            call.refuse(refused);
        }
    }

    private boolean mayWait(PickRequest request) {
        return config.maxWaiting() > 0 && isServable(request);
    }

    @Override
    public boolean isServable(PickRequest request) {
        return Admission.isServable(pool, request);
    }

    @Override
    public LoadBalancerException refusal(PickRequest request, @Nullable String why) {
        Pool current = pool;
        PickExplanation explanation = Admission.explain(current, outside(), request);
        Set<Reason> reasons = explanation.counts().keySet();
        boolean saturated = reasons.contains(Reason.SATURATED)
                || reasons.contains(Reason.ADMISSIBLE) // free again since the pick
                || reasons.contains(Reason.OTHER_TIER);
        if (saturated) {
            return new PoolSaturatedException(serviceName, why == null ? "" : ", and " + why, explanation);
        }
        String detail = current.phase == Pool.Phase.AWAITING_FIRST_LIST
                ? "the first list has not arrived yet"
                : explanation.toString();
        String failure = source().failure();
        if (failure != null) {
            detail += "; source: " + failure;
        }
        int ignored = ignoredEntries();
        if (ignored > 0) {
            detail += "; entries of the list that were ignored: " + ignored;
        }
        return new NoInstanceAvailableException(serviceName, detail, explanation);
    }

    @Override
    public CallContext callContext() {
        return callContext;
    }

    @Override
    public PoolSnapshot snapshot() {
        leaseWatch.endLeaked();
        long now = config.ticker().nanos();
        Pool current = pool;
        Set<Node> eligible = new HashSet<>(Arrays.asList(current.candidates));
        List<InstanceSnapshot> instances = new ArrayList<>(current.size());
        Map<Node, Double> shares = current.shares();
        current.forEach((node, state) -> instances.add(snapshot(node, state, now)
                .effectiveWeight(current.isWeightless(state) ? 0 : node.weight())
                .eligible(eligible.contains(node))
                .tierShare(shares.getOrDefault(node, 0.0))
                .build()));
        PoolSnapshot.Builder snapshot = PoolSnapshot.builder(serviceName)
                .version(current.version)
                .instances(instances)
                .failOpen(current.failOpen)
                .waiting(queue.size())
                .purse(callContext.purse().level())
                .strategyFaults(faults.count())
                .ignoredEntries(ignoredEntries())
                .outsideSubset(outside().getOrDefault(Reason.OUTSIDE_SUBSET, List.of()));
        Duration age = source().listAge();
        if (age != null) {
            snapshot.listAge(age);
        }
        String failure = source().failure();
        if (failure != null) {
            snapshot.sourceFailure(failure);
        }
        return snapshot.build();
    }

    private static InstanceSnapshot.Builder snapshot(Node node, NodeState state, long now) {
        InstanceSnapshot.Builder snapshot = InstanceSnapshot.builder(state.instance())
                .health(state.health(), state.reason())
                .draining(state.draining())
                .absent(state.absent())
                .inFlight(node.inFlight())
                .limit(node.limit())
                .unreported(node.unreported())
                .leaked(node.leaked())
                .waiting(Duration.ofNanos(node.waitingNanos(now)))
                .latency(Duration.ofNanos(node.latencyNanos()))
                .failuresInARow(node.failuresInARow())
                .onProbation(node.isOnProbation())
                .warmUp(state.warmUp());
        Ejection ejection = state.ejection();
        if (ejection != null) {
            long remaining = Math.max(0, ejection.until() - now);
            snapshot.ejection(ejection.reason(), Duration.ofNanos(ejection.onTrial() ? 0 : remaining));
        }
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            snapshot.outcomes(kind, node.outcomes(kind));
        }
        return snapshot;
    }
}
