package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import dev.evenkeel.lb.concurrent.SerialExecutor;
import dev.evenkeel.lb.health.HealthContext;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.observe.PickExplanation.Reason;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.Selector;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the stages together. The control plane (everything that asserts its context) reduces each event to a new pool and
 * publishes it by one volatile write; the data plane ({@link #acquire}) reads that and nothing else.
 */
final class DefaultLoadBalancer extends PoolBalancer
        implements SourceLink.Deliveries, HealthWatch.Verdicts, HealthContext, PauseWatch.Caller {

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final Listeners listeners;
    private final HealthWatch health;
    private final WarmUp warmUp;
    private final OutlierDetector outliers;
    private final Lingering lingering;
    private final Membership membership;
    private final SourceLink source;
    private final Absence absence;
    private final Subset subset;
    private final Selectors selectors;
    private final Views views;
    private final @Nullable PauseWatch pauses;

    private final InFlightTotal inFlight = new InFlightTotal();

    /** Whether something is being published, or that threw, for want of memory for instance: the next list makes up for it. */
    private boolean isBehind;

    DefaultLoadBalancer(BalancerConfig config) {
        super(
                config,
                new SerialExecutor(
                        thrown -> log.error("{}: a change of the pool failed", config.serviceName(), thrown)));
        this.listeners = new Listeners(serviceName, config.listenerExecutor());
        config.listeners().forEach(listeners::add);
        this.health = new HealthWatch(config.health(), this, control, this);
        this.warmUp = new WarmUp(
                serviceName,
                config.warmUp(),
                config.ticker(),
                config.wallClock(),
                config.scheduler(),
                control,
                this::publish);
        this.outliers = new OutlierDetector(config, control, listeners, warmUp, this::members, this::ejectionsChanged);
        this.lingering = new Lingering(
                config.sessionGrace(), config.scheduler(), node -> control.execute(() -> endLingering(node)));
        this.membership = new Membership(
                serviceName,
                config.ticker(),
                config.inFlightLimit(),
                new NodeEvents(),
                health,
                warmUp,
                outliers::gone,
                lingering,
                listeners);
        this.source = new SourceLink(
                serviceName,
                config.source(),
                config.ticker(),
                config.scheduler(),
                config.sourceExecutor(),
                config.random(),
                config.border(),
                control,
                this);
        this.absence = new Absence(
                serviceName,
                config.absenceGrace(),
                config.lossGuard(),
                config.ticker(),
                config.scheduler(),
                () -> control.execute(source::deliverAgain));
        this.subset = new Subset(config.subset());
        this.selectors = newSelectors(inFlight);
        this.views = new Views(this);
        this.pauses = config.pauses();
    }

    void start() {
        if (pauses != null) {
            pauses.add(this);
        }
        source.subscribe();
    }

    @Override
    SourceLink source() {
        return source;
    }

    @Override
    Map<Reason, List<ServiceInstance>> outside() {
        return Map.of(Reason.OUTSIDE_SUBSET, subset.unused());
    }

    @Override
    int ignoredEntries() {
        return Ints.saturatedCast((long) source.ignoredEntries() + membership.duplicates());
    }

    /** What makes the selectors of a pool. */
    Selectors newSelectors(InFlightTotal total) {
        return new Selectors(
                config.strategy(), config.ticker(), config.random(), this::executeForStrategy, total, faults);
    }

    @Override
    public LoadBalancer subset(Map<String, String> metadata) {
        Map<String, String> wanted = ImmutableMap.copyOf(requireNonNull(metadata, "metadata"));
        return wanted.isEmpty() ? this : views.of(wanted);
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
        Pool open;
        do {
            open = pool();
            if (open.phase == Pool.Phase.CLOSED) {
                return;
            }
        } while (!replace(open, open.closed()));
        control.execute(this::cleanUp);
    }

    // ---- control plane

    @Override
    public @Nullable String list(List<ServiceInstance> instances) {
        control.assertInContext();
        List<Node> members = Arrays.asList(membership.members());
        if (instances.isEmpty() && !config.acceptEmptyLists() && Absence.isAnyListed(members)) {
            return "the list is empty, which is taken for an error";
        }
        List<ServiceInstance> believed = absence.complete(instances, members);
        boolean changed = membership.merge(subset.of(believed, this::isSick));
        if (changed || absence.takeMarksChanged() || isBehind || pool().phase == Pool.Phase.AWAITING_FIRST_LIST) {
            publish();
        }
        return absence.doubt();
    }

    @Override
    public boolean left(String id) {
        control.assertInContext();
        absence.left(id);
        boolean wasListed = subset.left(id);
        boolean wasMember = membership.leave(id, admission.isInUse());
        if (wasListed) {
            chooseSubsetAgain();
        }
        if (wasMember) {
            publish();
        }
        return wasMember || wasListed;
    }

    /** So that enough of those that are used are well. */
    private void chooseSubsetAgain() {
        List<ServiceInstance> used = subset.again(this::isSick);
        if (used != null) {
            membership.merge(used);
        }
    }

    private boolean isSick(ServiceInstance instance) {
        Node member = membership.byId().member(instance.id());
        return member != null
                && member.instance().hasSameAddressAs(instance)
                && !member.state().isWell();
    }

    @Override
    public void health(Node node, HealthStatus status, String reason) {
        control.assertInContext();
        NodeState before = node.state();
        if (before.health() == status) {
            return;
        }
        node.state(before.withHealth(status, reason));
        if (before.health() == HealthStatus.UNHEALTHY) {
            warmUp.recovered(node);
        }
        log.info("{}: {} is {} ({}), was {}", serviceName, before.instance(), status, reason, before.health());
        listeners.tell(
                listener -> listener.healthChanged(serviceName, before.instance(), before.health(), status, reason));
        if (status == HealthStatus.HEALTHY) {
            outliers.probePassed(node);
        }
        chooseSubsetAgain();
        publish();
        if (absence.concerns(node)) {
            source.deliverAgain();
        }
    }

    private Node[] members() {
        return membership.members();
    }

    private void ejectionsChanged() {
        chooseSubsetAgain();
        publish();
        for (Node node : membership.members()) {
            if (node.state().ejection() != null && absence.concerns(node)) {
                source.deliverAgain();
                return;
            }
        }
    }

    /** What the ends of calls bring about, on their threads. */
    private final class NodeEvents implements Node.Events {

        @Override
        public void drained(Node node) {
            submit(DefaultLoadBalancer.this::settle);
        }

        private void submit(Runnable change) {
            try {
                config.scheduler().schedule(() -> control.execute(change), Duration.ZERO);
            } catch (RuntimeException rejected) { // then who has left is gone with the next change of the pool
                log.debug("{}: a call has ended at one that leaves, but the scheduler threw", serviceName, rejected);
            }
        }

        @Override
        public void freed() {
            queue.wake();
            views.wake();
        }

        @Override
        public boolean slowed(long begun, long now) {
            return pauses != null && pauses.slowed(begun, now);
        }

        @Override
        public boolean spoiled(long begun, long now, boolean timedOut) {
            return pauses != null && pauses.spoiled(begun, now, timedOut);
        }

        @Override
        public long pausedNanos(long begun, long now) {
            return pauses == null ? 0 : pauses.longestNanos(begun, now);
        }

        @Override
        public void failed(Node node, Outcome outcome, @Nullable Trial trial) {
            outliers.failed(node, outcome, trial);
            if (node.state().draining() && isLost(node, outcome)) {
                submit(() -> endLingering(node));
            }
        }

        /** Whether not even its sessions should wait for it. */
        private boolean isLost(Node node, Outcome outcome) {
            return outcome.kind() == Outcome.Kind.NEVER_REACHED
                    || FailureRun.isTooLong(node.failureRun(), config.outliers());
        }

        @Override
        public void answeredOnTrial(Node node, Trial trial, TrackedLease lease) {
            outliers.answeredOnTrial(node, trial, lease);
        }

        @Override
        public void succeededOnTrial(Node node, Trial trial) {
            outliers.succeededOnTrial(node, trial);
        }
    }

    @Override
    public boolean hasCallsInFlight() {
        return pool().isBusy();
    }

    @Override
    public void paused(Pause pause) {
        control.execute(() -> {
            for (Node node : membership.members()) {
                node.paused(pause);
            }
        });
    }

    private void settle() {
        if (pool().phase != Pool.Phase.CLOSED && membership.settle()) {
            publishLeaving();
            listeners.flush();
        }
    }

    private void endLingering(Node node) {
        if (membership.endLingering(node)) {
            settle();
        }
    }

    /** Publishes what has changed, then closes those that left to picks, then tells the listeners. */
    private void publish() {
        isBehind = true;
        publishPool();
        if (membership.settle()) {
            publishLeaving();
        }
        isBehind = false;
        listeners.flush();
        waiters.release();
        queue.wake();
        views.release();
    }

    /** Publishes that some of those who left are gone, which changes nothing of the choice. */
    private void publishLeaving() {
        Pool before = pool();
        if (before.phase != Pool.Phase.CLOSED) {
            Pool after = before.withLeaving(membership.leaving());
            if (replace(before, after)) { // or closed meanwhile
                views.follow(after, false);
            }
        }
    }

    private void publishPool() {
        control.assertInContext();
        Pool before = pool();
        if (before.phase == Pool.Phase.CLOSED) {
            return;
        }
        Availability availability =
                Availability.of(membership.members(), config.outliers().panicShare());
        Tiers tiers = Tiers.of(availability, config.zone());
        Node[] leaving = membership.leaving();
        boolean weightsChanged = availability.applyWeights();
        boolean propertiesChanged = membership.takePropertiesChanged();
        if (tiers.areSeveral()) {
            inFlight.areSeveralTiers(availability.members, leaving);
        } else {
            inFlight.candidatesAre(tiers.only(), availability.members, leaving);
        }
        tiers.applyPlaces();
        Selector selector = selectors.of(tiers.active(), weightsChanged || propertiesChanged);
        availability.applyTrials();
        SessionLoad sessionLoad =
                SessionLoad.of(config.maxSessionLoad(), tiers.areSeveral() ? tiers.candidates : tiers.only(), inFlight);
        Pool after = before.next(availability, tiers, leaving, membership.byId(), selector, sessionLoad);
        if (!replace(before, after)) {
            return; // closed meanwhile
        }
        views.follow(after, weightsChanged || propertiesChanged);
        faults.poolChanged();
        if (before.failOpen != after.failOpen) {
            failOpenChanged(after.failOpen);
        }
        if (after.hasOtherTiersThan(before)) {
            log.info("{}: calls go to {}", serviceName, after.describeTiers());
        }
    }

    /** Runs what a strategy does beside its selectors, unless the balancer is closed before. */
    private void executeForStrategy(Runnable task) {
        config.executor().execute(() -> {
            if (pool().phase == Pool.Phase.CLOSED) {
                return;
            }
            try {
                task.run();
            } catch (Throwable thrown) { // what it was for goes on without it
                log.warn("{}: the strategy threw beside a pick: {}", serviceName, Printable.of(thrown));
            }
        });
    }

    private void failOpenChanged(boolean failOpen) {
        if (failOpen) {
            log.warn("{}: too few instances are well, others are used as well", serviceName);
        } else {
            log.info("{}: enough instances are well, others are not used any more", serviceName);
        }
        listeners.tell(listener -> listener.failOpenChanged(serviceName, failOpen));
    }

    /** Each step whatever becomes of the others. */
    private void cleanUp() {
        control.assertInContext();
        List<Runnable> steps = List.of(
                source::close,
                absence::close,
                lingering::close,
                health::close,
                warmUp::close,
                outliers::close,
                this::ignorePauses,
                waiters::release,
                queue::wake,
                views::close,
                () -> listeners.tellLast(listener -> listener.closed(serviceName)),
                config.onClose());
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (Throwable thrown) {
                log.warn("{}: closing goes on after {}", serviceName, Printable.of(thrown));
            }
        }
    }

    private void ignorePauses() {
        if (pauses != null) {
            pauses.remove(this);
        }
    }

    // ---- what a health policy works with

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
        return config.probeExecutor();
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
