package dev.evenkeel.lb;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.health.HealthPolicy;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.text.DurationRange;
import dev.evenkeel.lb.text.HostNames;
import dev.evenkeel.lb.text.Printable;
import dev.evenkeel.lb.tier.ClientPlace;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Configures a {@link LoadBalancer}. Only where the instances come from has to be said. Not safe for concurrent use. Every
 * setter refuses a bad value at once.
 */
public final class LoadBalancerBuilder {

    private static final int MAX_CLIENTS = 1_000_000;
    private static final Duration MAX_WAIT = Duration.ofDays(1);
    private static final DurationRange UP_TO_A_DAY = new DurationRange(Duration.ZERO, MAX_WAIT);
    private static final DurationRange HOLD_TIMES = new DurationRange(Duration.ofMillis(1), MAX_WAIT);

    private final String serviceName;
    private @Nullable InstanceSource source;
    private List<ServiceInstance> fixed = List.of();
    private LoadBalancingStrategy strategy = Strategies.adaptive();
    private HealthPolicy health = HealthPolicy.none();
    private OutlierConfig outliers = OutlierConfig.defaults();
    private InFlightLimit inFlightLimit = InFlightLimit.NONE;
    private int maxWaiting;
    private Duration maxWait = Duration.ZERO;
    private boolean acceptEmptyLists;
    private Predicate<InetAddress> acceptAddresses = ListBorder::isOrdinary;
    private Duration absenceGrace = Duration.ofSeconds(10);
    private Duration sessionGrace = Duration.ofSeconds(30);
    private double maxSessionLoad = Double.POSITIVE_INFINITY;
    private LossGuard.Limits lossGuard = LossGuard.Limits.NONE;
    private Subset.Settings subset = Subset.Settings.ALL;
    private @Nullable String zone;
    private Duration firstListTimeout = Duration.ofSeconds(2);
    private Duration warmUp = Duration.ZERO;
    private final List<LoadBalancerListener> listeners = new ArrayList<>();
    private @Nullable Ticker ticker;
    private InstantSource wallClock = InstantSource.system();
    private @Nullable Scheduler scheduler;
    private @Nullable Executor executor;
    private RandomGenerator random = SharedRandom.INSTANCE;
    private boolean noticesPauses = true;

    LoadBalancerBuilder(String serviceName) {
        this.serviceName = HostNames.canonicalServiceName("serviceName", serviceName);
    }

    /**
     * Uses these instances and no others.
     *
     * @param hostsAndPorts at least one, such as {@code 10.0.0.1:8080} or {@code [::1]:8080}
     */
    public LoadBalancerBuilder instances(String... hostsAndPorts) {
        return instances(Arrays.stream(requireNonNull(hostsAndPorts, "hostsAndPorts"))
                .map(ServiceInstance::of)
                .toList());
    }

    /** Uses these instances and no others: at least one. */
    public LoadBalancerBuilder instances(Collection<ServiceInstance> instances) {
        requireNonNull(instances, "instances");
        if (instances.isEmpty()) {
            throw new IllegalArgumentException("instances: none (expected: at least one, or a source)");
        }
        instances.forEach(instance -> requireNonNull(instance, "instance"));
        List<ServiceInstance> given = List.copyOf(instances);
        source(InstanceSource.of(given));
        this.fixed = given;
        return this;
    }

    /** Takes the instances from a registry, or wherever else. It is not closed with the balancer. */
    public LoadBalancerBuilder source(InstanceSource source) {
        requireNonNull(source, "source");
        if (this.source != null) {
            throw new IllegalStateException("source: given twice (expected: instances(...) or source(...), once)");
        }
        this.source = source;
        return this;
    }

    /** Sets how an instance is chosen. Default {@link Strategies#adaptive()}. */
    public LoadBalancerBuilder strategy(LoadBalancingStrategy strategy) {
        this.strategy = requireNonNull(strategy, "strategy");
        return this;
    }

    /** Asks every instance again and again whether it is well, at {@link ProbeConfig#defaults()}. */
    public LoadBalancerBuilder healthCheck(HealthProbe probe) {
        return healthCheck(probe, ProbeConfig.defaults());
    }

    /** Asks every instance again and again whether it is well. */
    public LoadBalancerBuilder healthCheck(HealthProbe probe, ProbeConfig config) {
        return health(HealthPolicy.probing(requireNonNull(probe, "probe"), requireNonNull(config, "config")));
    }

    /** Sets how it is found out which instances are well. Default {@link HealthPolicy#none()}: all are. */
    public LoadBalancerBuilder health(HealthPolicy policy) {
        this.health = requireNonNull(policy, "policy");
        return this;
    }

    /**
     * Sets when the outcomes of calls take an instance out. Default {@link OutlierConfig#defaults()}; with
     * {@link OutlierConfig#off()} calls take nobody out.
     */
    public LoadBalancerBuilder outlierDetection(OutlierConfig config) {
        this.outliers = requireNonNull(config, "config");
        return this;
    }

    /** Sets how many calls an instance may have in flight, at least 1. Default no limit but 262,143. */
    public LoadBalancerBuilder maxInFlightPerInstance(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("maxInFlightPerInstance: " + limit + " (expected: >= 1)");
        }
        this.inFlightLimit = InFlightLimit.fixed(limit);
        return this;
    }

    /** Lets the number of calls that each instance may have in flight follow what the instance shows. */
    public LoadBalancerBuilder maxInFlightPerInstance(AdaptiveLimit limit) {
        this.inFlightLimit = InFlightLimit.adaptive(requireNonNull(limit, "limit"));
        return this;
    }

    /**
     * Lets calls wait for a place when every instance that they may use is at its limit: those of
     * {@link LoadBalancer#acquireAsync()}, which HTTP clients use. First come, first served; a call that could not be
     * served in time, as places have become free of late, is refused at once. Default none waits.
     *
     * @param maxWaiting how many may wait, at least 1
     * @param maxWait how long, up to one day; a call may {@linkplain dev.evenkeel.lb.request.PickRequest#maxWait() bring}
     *     less
     */
    public LoadBalancerBuilder queue(int maxWaiting, Duration maxWait) {
        if (maxWaiting < 1) {
            throw new IllegalArgumentException("maxWaiting: " + maxWaiting + " (expected: >= 1)");
        }
        requireNonNull(maxWait, "maxWait");
        if (maxWait.isNegative() || maxWait.isZero() || maxWait.compareTo(MAX_WAIT) > 0) {
            throw new IllegalArgumentException(
                    "maxWait: " + maxWait + " (expected: more than 0, up to " + MAX_WAIT + ")");
        }
        this.maxWaiting = maxWaiting;
        this.maxWait = maxWait;
        return this;
    }

    /**
     * Whether an empty list takes all instances out. Default false: it is far more often an error of the source than the
     * truth. Instances that say that they leave do leave either way, down to the last.
     */
    public LoadBalancerBuilder acceptEmptyLists(boolean accept) {
        this.acceptEmptyLists = accept;
        return this;
    }

    /**
     * Sets which addresses a source may name, so that whoever can write to a registry cannot send calls just anywhere. Others
     * are ignored, or refused by {@link #build} if they were given to {@link #instances}. Default all but multicast, broadcast,
     * unspecified and link-local ones; at a link-local one, clouds keep the credentials of a machine. Host names are not looked
     * up for this.
     *
     * @param accept must be safe for concurrent use and not block
     */
    public LoadBalancerBuilder acceptAddresses(Predicate<InetAddress> accept) {
        this.acceptAddresses = requireNonNull(accept, "accept");
        return this;
    }

    /**
     * Sets how long an instance that lists lack stays if its health check says that it is well. Default 10 s: registries forget
     * for a moment more often than instances go without a word and still answer. Those that are sick, or of which nothing is
     * known, go at once, and so do those that say that they leave.
     *
     * @param grace at most 1 day; zero for none
     */
    public LoadBalancerBuilder absenceGrace(Duration grace) {
        this.absenceGrace = UP_TO_A_DAY.check("grace", grace);
        return this;
    }

    /**
     * Sets how long an instance that says that it leaves goes on to get the calls of its
     * {@linkplain dev.evenkeel.lb.request.StickySession sessions}, and no others. Default 30 s: as much as programs commonly
     * give themselves to shut down. Ends as soon as a call does not reach it; does not begin if it is sick or ejected, nor as
     * long as there have been no sessions.
     *
     * @param grace at most 1 day; zero for none
     */
    public LoadBalancerBuilder sessionGrace(Duration grace) {
        this.sessionGrace = UP_TO_A_DAY.check("grace", grace);
        return this;
    }

    /**
     * Bounds how many calls an instance may have in flight to be given another one of a session, as a multiple of what it would
     * have if all had the same for their weight: a session that floods does not drown its instance then. A call that would be
     * one more goes where the strategy says, and the session stays. Default no bound, as such calls find nothing of their
     * session; 2 is a good one.
     *
     * @param factor more than 1
     */
    public LoadBalancerBuilder maxSessionLoad(double factor) {
        if (!(factor > 1) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("factor: " + factor + " (expected: more than 1 and finite)");
        }
        this.maxSessionLoad = factor;
        return this;
    }

    /**
     * Doubts a list that lacks more than this share of the instances at once. New ones join, but those that are missing stay,
     * and the snapshot says so, until they have been missing for the hold time. Those that say that they leave do leave.
     *
     * <p>Default off: where all instances are replaced at once it would keep the old ones, which are gone, in use. Worth it
     * with many instances, a registry that has lost many before, and a health check.
     *
     * @param share above 0 and below 1, such as 0.5
     * @param hold from 1 ms to 1 day, such as 1 min
     */
    public LoadBalancerBuilder lossGuard(double share, Duration hold) {
        requireNonNull(hold, "hold");
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("share: " + share + " (expected: above 0 and below 1)");
        }
        this.lossGuard = new LossGuard.Limits(share, HOLD_TIMES.check("hold", hold));
        return this;
    }

    /**
     * Says in which zone this program runs: instances of the same {@link ServiceInstance#zone()} come first. Default none:
     * zones do not count.
     *
     * <p>The zone keeps all calls while its part of all that is well is as large as the part of the calls that comes from it,
     * for which every zone is taken to have the same; it may be asked for up to 1.4 times as much as the others. What it lacks
     * beyond that goes to the zones that have more than their part, in proportion. So there is no step from all to nothing, and
     * a small zone is not overloaded because it is near.
     *
     * <p>Each zone that gets calls has a selector of its own; which zone a call goes to is drawn. A call that nobody in the zone
     * admits goes elsewhere, the least loaded instance first.
     *
     * @param zone as the instances write it, at most 256 printable characters, not blank
     */
    public LoadBalancerBuilder zone(String zone) {
        requireNonNull(zone, "zone");
        if (zone.isBlank() || zone.length() > ServiceInstance.MAX_ID_LENGTH || !Printable.isPrintable(zone)) {
            throw new IllegalArgumentException("zone: " + Printable.of((Object) zone) + " (expected: at most "
                    + ServiceInstance.MAX_ID_LENGTH + " printable characters, not blank)");
        }
        this.zone = zone;
        return this;
    }

    /**
     * Uses only so many of the listed instances, so that many clients of many instances do not all connect to, and probe, all
     * of them. Every instance gets nearly as many clients as any other. Default all are used.
     *
     * <p>An instance that comes or goes changes at most one of those that a client uses, at the ends of its list two. Those
     * that are sick are not made up for until they are more than half: take 20 or more, so that a few do not matter.
     *
     * @param size how many, at least 1; without effect while there are no more instances than that
     * @param clientIndex the number of this client among all that use the service, from 0 on without gaps, such as the ordinal
     *     of a pod in a stateful set
     */
    public LoadBalancerBuilder subset(int size, int clientIndex) {
        checkSubset(size, clientIndex);
        this.subset = new Subset.Settings(size, ClientPlace.of(clientIndex));
        return this;
    }

    /**
     * The same for a known number of clients: the numbers of clients that instances have then differ by at most 1. When the
     * number of clients changes, all of them have to be told, and some of what each uses changes.
     *
     * @param clients how many there are in all, more than {@code clientIndex}, up to 1,000,000
     */
    public LoadBalancerBuilder subset(int size, int clientIndex, int clients) {
        checkSubset(size, clientIndex);
        if (clients <= clientIndex || clients > MAX_CLIENTS) {
            throw new IllegalArgumentException(
                    "clients: " + clients + " (expected: " + (clientIndex + 1L) + ".." + MAX_CLIENTS + ")");
        }
        this.subset = new Subset.Settings(size, ClientPlace.of(clientIndex, clients));
        return this;
    }

    private static void checkSubset(int size, int clientIndex) {
        if (size < 1) {
            throw new IllegalArgumentException("size: " + size + " (expected: >= 1)");
        }
        if (clientIndex < 0) {
            throw new IllegalArgumentException("clientIndex: " + clientIndex + " (expected: >= 0)");
        }
    }

    /**
     * Sets how long {@link LoadBalancer#acquireAsync()} waits for the first list. Default 2 s: enough for a registry that
     * answers at all, and little enough for a caller.
     */
    public LoadBalancerBuilder firstListTimeout(Duration timeout) {
        this.firstListTimeout = UP_TO_A_DAY.check("firstListTimeout", requireNonNull(timeout, "timeout"));
        return this;
    }

    /**
     * Sets how long an instance takes to warm up: a new one, and one that is well again, begins with 10 % of its weight
     * and has all of it after this time, which goes in a straight line, in some twenty steps. Default zero: it has all of
     * it at once. At most a day.
     *
     * <p>A new instance has been warming up since its {@link ServiceInstance#startTime()}, or since it joined where that
     * is not known. Those that join when there are no others, as the first list does, are not warmed up. An instance that
     * changes, or returns while it still has calls in flight, goes on where it was.
     *
     * <p>It has an effect with every strategy that heeds weights, as all of ours do. Each step makes a new pool, and a new
     * selector with it.
     */
    public LoadBalancerBuilder warmUp(Duration duration) {
        this.warmUp = UP_TO_A_DAY.check("warmUp", requireNonNull(duration, "duration"));
        return this;
    }

    /** Adds a listener, which hears everything from the first list on. */
    public LoadBalancerBuilder listener(LoadBalancerListener listener) {
        listeners.add(requireNonNull(listener, "listener"));
        return this;
    }

    /** Sets the clock. Default that of the JVM. */
    public LoadBalancerBuilder ticker(Ticker ticker) {
        this.ticker = requireNonNull(ticker, "ticker");
        return this;
    }

    /**
     * Sets the clock on the wall, which tells how long an instance has been running that says when it started. Default that
     * of the system. Nothing else depends on it.
     */
    public LoadBalancerBuilder wallClock(InstantSource wallClock) {
        this.wallClock = requireNonNull(wallClock, "wallClock");
        return this;
    }

    /** Sets the scheduler of all that waits. Default one daemon thread that all balancers share. Not shut down by us. */
    public LoadBalancerBuilder scheduler(Scheduler scheduler) {
        this.scheduler = requireNonNull(scheduler, "scheduler");
        return this;
    }

    /**
     * Sets where listeners, sources that poll, probes, the building of tables for sticky keys and what depends on a waiting
     * call run. Default a few daemon threads that all balancers share, others for each of these. Not shut down by us.
     */
    public LoadBalancerBuilder executor(Executor executor) {
        this.executor = requireNonNull(executor, "executor");
        return this;
    }

    /** Sets the randomness, which must be safe for concurrent use. Default that of the calling thread. */
    public LoadBalancerBuilder random(RandomGenerator random) {
        this.random = requireNonNull(random, "random");
        return this;
    }

    /** For tests that show what it is good for to notice them. */
    LoadBalancerBuilder noticesPauses(boolean noticed) {
        this.noticesPauses = noticed;
        return this;
    }

    /**
     * Builds the balancer and subscribes to its source. A list that the source delivers at once is in force on return.
     *
     * @throws IllegalStateException if neither instances nor a source have been given
     * @throws IllegalArgumentException if instances have been given whose addresses are not accepted
     */
    public LoadBalancer build() {
        InstanceSource from = source;
        if (from == null) {
            throw new IllegalStateException("source: none (expected: instances(...) or source(...))");
        }
        ListBorder border = new ListBorder(acceptAddresses);
        String refused = border.admit(fixed).why();
        if (refused != null) {
            throw new IllegalArgumentException("instances: " + refused);
        }
        Scheduler timers = scheduler;
        Executor workers = executor;
        Executor sources = executor;
        Executor probers = executor;
        Executor listening = executor;
        PauseWatch pauses = null;
        Runnable onClose = () -> {};
        if (timers == null || workers == null || sources == null || probers == null || listening == null) {
            SharedThreads.Part part = SharedThreads.takePart();
            pauses = timers == null && ticker == null ? part.pauses() : null;
            timers = timers == null ? part.scheduler() : timers;
            workers = workers == null ? part.executor() : workers;
            sources = sources == null ? part.sourceExecutor() : sources;
            probers = probers == null ? part.probeExecutor() : probers;
            listening = listening == null ? part.listenerExecutor() : listening;
            onClose = part::close;
        }
        Ticker clock = ticker == null ? Ticker.system() : ticker;
        if (!noticesPauses || !outliers.isOn()) {
            pauses = null;
        } else if (pauses == null) {
            pauses = new PauseWatch(clock, timers);
        }
        DefaultLoadBalancer balancer = newBalancer(new BalancerConfig(
                serviceName,
                from,
                strategy,
                health,
                outliers,
                inFlightLimit,
                maxWaiting,
                maxWait,
                acceptEmptyLists,
                border,
                absenceGrace,
                sessionGrace,
                maxSessionLoad,
                lossGuard,
                subset,
                zone,
                firstListTimeout,
                warmUp,
                List.copyOf(listeners),
                clock,
                wallClock,
                timers,
                scheduler == null ? CallTimers.INSTANCE : scheduler,
                workers,
                sources,
                probers,
                listening,
                pauses,
                random,
                onClose));
        balancer.start();
        return balancer;
    }

    /** What was taken part in is given back even if user code stops the balancer from coming to life. */
    private static DefaultLoadBalancer newBalancer(BalancerConfig config) {
        try {
            return new DefaultLoadBalancer(config);
        } catch (Throwable thrown) {
            config.onClose().run();
            throw thrown;
        }
    }
}
