package dev.evenkeel.lb;

import dev.evenkeel.lb.text.Printable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what a strategy does wrong, and says so once for each pool change, however many calls it hits. */
final class StrategyFaults {

    private static final Logger log = LoggerFactory.getLogger(LoadBalancer.class);

    private final String serviceName;
    private final LongAdder count = new LongAdder();
    private final AtomicBoolean said = new AtomicBoolean();

    /** Belongs to the control plane. */
    private String lastReason = "";

    StrategyFaults(String serviceName) {
        this.serviceName = serviceName;
    }

    /**
     * The strategy threw.
     *
     * @throws VirtualMachineError if that is what it threw, and it is not a mere stack overflow
     */
    void threw(Throwable thrown) {
        count.increment();
        if (said.compareAndSet(false, true)) {
            log.warn("{}: the strategy threw, the least loaded instances are picked instead", serviceName, thrown);
        }
        if (thrown instanceof VirtualMachineError error && !(thrown instanceof StackOverflowError)) {
            throw error;
        }
    }

    /** The strategy answered with null, or with what is not in its list. */
    void answeredNoCandidate() {
        count.increment();
        if (said.compareAndSet(false, true)) {
            log.warn(
                    "{}: the strategy answered with none of its candidates, the least loaded one is picked instead",
                    serviceName);
        }
    }

    /** The strategy gave no selector. Said once for each reason in a row, however often the pool changes. */
    void gaveNoSelector(String why) {
        count.increment();
        if (why.equals(lastReason)) {
            return;
        }
        lastReason = why;
        log.warn(
                "{}: the strategy gave no selector, the least loaded instances are picked instead: {}",
                serviceName,
                Printable.of((Object) why));
    }

    /** From here on a fault is worth a new line in the log. */
    void poolChanged() {
        said.set(false);
    }

    long count() {
        return count.sum();
    }
}
