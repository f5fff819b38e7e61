package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.health.HealthContext;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.observe.PickExplanation;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.observe.PoolSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the stages together. The control plane (everything that asserts its context) reduces each event to a new pool and
 * publishes it by one volatile write; the data plane ({@link #acquire}) reads that and nothing else.
 */
final class DefaultLoadBalancer implements LoadBalancer, SourceLink.Deliveries, HealthWatch.Verdicts, HealthContext {

    /** How often a pick starts again because the pool changed under it. */
    private static final int MAX_POOL_CHANGES = 8;

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final BalancerConfig config;
    private final String serviceName;
    private final SerialExecutor control;
    private final Listeners listeners;
    private final HealthWatch health;
    private final Membership membership;
    private final SourceLink source;
    private final FirstListWaiters waiters;
    private final StrategyFaults faults;
    private final Admission admission;

    /** The only thing that a pick reads. Written by the control plane. */
    private volatile Pool pool = Pool.UNKNOWN;

    /** Belongs to the control plane: whether an empty list has been refused since the last good one. */
    private boolean refusedEmptyList;

    /** Belongs to the control plane: what the next selector may take its state from. */
    private @Nullable Selector lastSelector;

    DefaultLoadBalancer(BalancerConfig config) {
        this.config = config;
        this.serviceName = config.serviceName();
        this.control = new SerialExecutor(thrown -> log.error("{}: a change of the pool failed", serviceName, thrown));
        this.listeners = new Listeners(serviceName, config.executor());
        config.listeners().forEach(listeners::add);
        this.health = new HealthWatch(config.health(), this, control, this);
        this.membership = new Membership(
                serviceName, config.ticker(), config.maxInFlightPerInstance(), this::drained, health, listeners);
        this.source = new SourceLink(
                serviceName, config.source(), config.ticker(), config.scheduler(), config.random(), control, this);
        this.waiters = new FirstListWaiters(
                control, config.scheduler(), config.executor(), config.firstListTimeout(), this::acquire);
        this.faults = new StrategyFaults(serviceName);
        this.admission = new Admission(config.random(), faults);
    }

    void start() {
        source.subscribe();
    }

    // ---- data plane

    @Override
    public Lease acquire(PickRequest request) {
        requireNonNull(request, "request");
        Pool current = pool;
        for (int change = 0; ; change++) {
            if (current.phase == Pool.Phase.CLOSED) {
                throw new IllegalStateException(serviceName + ": the load balancer is closed");
            }
            Lease lease = admission.admit(current, request);
            if (lease != null) {
                return lease;
            }
            Pool newest = pool;
            if (newest == current || change == MAX_POOL_CHANGES) {
                throw refusal(current, request);
            }
            current = newest;
        }
    }

    @Override
    public CompletableFuture<Lease> acquireAsync(PickRequest request) {
        requireNonNull(request, "request");
        if (pool.phase == Pool.Phase.AWAITING_FIRST_LIST) {
            return waiters.await(request, () -> pool.phase != Pool.Phase.AWAITING_FIRST_LIST);
        }
        try {
            return CompletableFuture.completedFuture(acquire(request));
        } catch (RuntimeException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    private LoadBalancerException refusal(Pool current, PickRequest request) {
        PickExplanation explanation = Admission.explain(current, request);
        boolean saturated = explanation.counts().containsKey(Reason.SATURATED)
                || explanation.counts().containsKey(Reason.ADMISSIBLE); // free again since the pick
        if (saturated) {
            return new PoolSaturatedException(serviceName, explanation);
        }
        String failure = source.failure();
        String detail = current.phase == Pool.Phase.AWAITING_FIRST_LIST
                ? "the first list has not arrived yet"
                : explanation.toString();
        return new NoInstanceAvailableException(
                serviceName, failure == null ? detail : detail + "; source: " + failure, explanation);
    }

    @Override
    public PoolSnapshot snapshot() {
        Pool current = pool;
        Set<Node> eligible = new HashSet<>(Arrays.asList(current.candidates));
        List<InstanceSnapshot> instances = new ArrayList<>(current.nodes.length);
        for (int i = 0; i < current.nodes.length; i++) {
            Node node = current.nodes[i];
            instances.add(snapshot(node, current.states[i], eligible.contains(node)));
        }
        PoolSnapshot.Builder snapshot = PoolSnapshot.builder(serviceName)
                .version(current.version)
                .instances(instances)
                .failOpen(current.failOpen)
                .strategyFaults(faults.count());
        Duration age = source.listAge();
        if (age != null) {
            snapshot.listAge(age);
        }
        String failure = source.failure();
        if (failure != null) {
            snapshot.sourceFailure(failure);
        }
        return snapshot.build();
    }

    private static InstanceSnapshot snapshot(Node node, NodeState state, boolean eligible) {
        InstanceSnapshot.Builder snapshot = InstanceSnapshot.builder(state.instance())
                .health(state.health(), state.reason())
                .eligible(eligible)
                .draining(state.draining())
                .inFlight(node.inFlight())
                .unreported(node.unreported())
                .latency(Duration.ofNanos(node.latencyNanos()))
                .effectiveWeight(node.weight());
        for (Outcome.Kind kind : Outcome.Kind.values()) {
            snapshot.outcomes(kind, node.outcomes(kind));
        }
        return snapshot.build();
    }

    @Override
    public void addListener(LoadBalancerListener listener) {
        listeners.add(requireNonNull(listener, "listener"));
    }

    @Override
    public void removeListener(LoadBalancerListener listener) {
        listeners.remove(requireNonNull(listener, "listener"));
    }

    @Override
    public void close() {
        control.execute(this::doClose);
    }

    // ---- control plane

    @Override
    public void list(List<ServiceInstance> instances) {
        control.assertInContext();
        if (instances.isEmpty() && !membership.members().isEmpty() && !config.acceptEmptyLists()) {
            if (!refusedEmptyList) {
                refusedEmptyList = true;
                log.warn("{}: the source delivered an empty list, which is taken for an error", serviceName);
            }
            return;
        }
        refusedEmptyList = false;
        boolean changed = membership.merge(instances);
        if (changed || pool.phase == Pool.Phase.AWAITING_FIRST_LIST) {
            publish();
        }
    }

    @Override
    public void left(String id) {
        control.assertInContext();
        if (membership.leave(id)) {
            publish();
        }
    }

    @Override
    public void health(Node node, HealthStatus status, String reason) {
        control.assertInContext();
        NodeState before = node.state();
        if (before.health() == status) {
            return;
        }
        node.state(before.withHealth(status, reason));
        log.info("{}: {} is {} ({}), was {}", serviceName, before.instance(), status, reason, before.health());
        listeners.tell(
                listener -> listener.healthChanged(serviceName, before.instance(), before.health(), status, reason));
        publish();
    }

    /** The last call of a node that is leaving has ended, on the thread of that call. */
    private void drained(Node node) {
        Runnable leave = () -> control.execute(() -> {
            if (pool.phase != Pool.Phase.CLOSED && membership.endLeaving(node)) {
                publish();
            }
        });
        try {
            config.scheduler().schedule(leave, Duration.ZERO);
        } catch (RejectedExecutionException closed) {
            log.debug("{}: {} ended its last call after the balancer was closed", serviceName, node);
        }
    }

    private void publish() {
        control.assertInContext();
        Pool before = pool;
        Availability availability = Availability.of(membership.members());
        Node[] candidates = availability.candidates().toArray(new Node[0]);
        boolean reweighted = applyWeights(candidates);
        boolean sameChoice = before.phase == Pool.Phase.READY
                && !reweighted
                && before.selector != null
                && Arrays.equals(before.candidates, candidates);
        Node[] nodes = membership.everybody();
        NodeState[] states = new NodeState[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            states[i] = nodes[i].state();
        }
        for (int slot = 0; slot < candidates.length; slot++) {
            candidates[slot].slot = slot;
        }
        pool = new Pool(
                before.version + 1,
                Pool.Phase.READY,
                nodes,
                states,
                candidates,
                membership.byId(),
                sameChoice ? before.selector : newSelector(candidates),
                availability.failOpen());
        faults.poolChanged();
        if (before.failOpen != availability.failOpen()) {
            failOpenChanged(availability.failOpen());
        }
        waiters.release();
    }

    /** Gives each candidate the weight that strategies see. Returns whether one is another than before. */
    private static boolean applyWeights(Node[] candidates) {
        boolean changed = false;
        for (Node node : candidates) {
            double own = node.instance().weight();
            double effective = own == 0 ? 1 : own; // a candidate of weight 0 means that all have 0
            changed |= effective != node.weight();
            node.weight(effective);
        }
        return changed;
    }

    private @Nullable Selector newSelector(Node[] candidates) {
        if (candidates.length == 0) {
            return null;
        }
        try {
            Selector selector = config.strategy()
                    .newSelector(new PoolCandidates(candidates, config.ticker(), config.random(), lastSelector));
            if (selector == null) {
                faults.gaveNoSelector("it answered null");
            }
            lastSelector = selector;
        } catch (Throwable thrown) {
            lastSelector = null;
            faults.gaveNoSelector(Printable.of(thrown));
            if (thrown instanceof VirtualMachineError error && !(thrown instanceof StackOverflowError)) {
                throw error;
            }
        }
        return lastSelector;
    }

    private void failOpenChanged(boolean failOpen) {
        if (failOpen) {
            log.warn("{}: no well instance is left, sick ones are used", serviceName);
        } else {
            log.info("{}: sick instances are not used any more", serviceName);
        }
        listeners.tell(listener -> listener.failOpenChanged(serviceName, failOpen));
    }

    private void doClose() {
        control.assertInContext();
        if (pool.phase == Pool.Phase.CLOSED) {
            return;
        }
        pool = pool.closed();
        source.close();
        health.close();
        waiters.release();
        listeners.tell(listener -> listener.closed(serviceName));
        config.onClose().run();
    }

    // ---- what a health policy works with

    @Override
    public String serviceName() {
        return serviceName;
    }

    @Override
    public Ticker ticker() {
        return config.ticker();
    }

    @Override
    public Scheduler scheduler() {
        return config.scheduler();
    }

    @Override
    public Executor executor() {
        return config.executor();
    }

    @Override
    public RandomGenerator random() {
        return config.random();
    }

    @Override
    public String toString() {
        return snapshot().toString();
    }
}
