package dev.evenkeel.lb;

import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.health.HealthPolicy;
import dev.evenkeel.lb.health.OutlierConfig;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.strategy.LoadBalancingStrategy;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All configuration of one balancer, checked and complete.
 *
 * @param pauses null if nobody is to notice them
 */
record BalancerConfig(
        String serviceName,
        InstanceSource source,
        LoadBalancingStrategy strategy,
        HealthPolicy health,
        OutlierConfig outliers,
        InFlightLimit inFlightLimit,
        int maxWaiting,
        Duration maxWait,
        boolean acceptEmptyLists,
        ListBorder border,
        Duration absenceGrace,
        Duration sessionGrace,
        double maxSessionLoad,
        LossGuard.Limits lossGuard,
        Subset.Settings subset,
        @Nullable String zone,
        Duration firstListTimeout,
        Duration warmUp,
        List<LoadBalancerListener> listeners,
        Ticker ticker,
        InstantSource wallClock,
        Scheduler scheduler,
        Scheduler callScheduler,
        Executor executor,
        Executor sourceExecutor,
        Executor probeExecutor,
        Executor listenerExecutor,
        @Nullable PauseWatch pauses,
        RandomGenerator random,
        Runnable onClose) {}
