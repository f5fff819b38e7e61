package dev.evenkeel.lb.strategy;

import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.StrategyContract;
import org.junit.jupiter.api.Nested;

/** What ships keeps to what is asked of users' own. */
class BuiltInStrategiesTest {

    @Nested
    class RoundRobinContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.roundRobin();
        }
    }

    @Nested
    class WeightedByReportContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.weightedByReport();
        }
    }

    @Nested
    class RandomContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.random();
        }
    }

    @Nested
    class LeastInFlightContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.leastInFlight();
        }
    }

    @Nested
    class PowerOfTwoChoicesContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.powerOfTwoChoices();
        }
    }

    @Nested
    class AdaptiveContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.adaptive();
        }
    }

    @Nested
    class StickyKeyContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.stickyKey(Strategies.roundRobin());
        }

        @Override
        protected PickRequest request(int number) {
            return PickRequest.stickyTo("user-" + number);
        }
    }

    @Nested
    class StickyKeyTableContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.stickyKeyTable(Strategies.roundRobin());
        }

        @Override
        protected PickRequest request(int number) {
            return PickRequest.stickyTo("user-" + number);
        }
    }

    @Nested
    class StickyKeyWithoutAKeyContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return Strategies.stickyKey(Strategies.powerOfTwoChoices());
        }
    }

    @Nested
    class LambdaContract extends StrategyContract {
        @Override
        protected LoadBalancingStrategy strategy() {
            return candidates -> request -> candidates.get(0);
        }

        @Override
        protected boolean reachesEveryInstance() {
            return false;
        }
    }
}
