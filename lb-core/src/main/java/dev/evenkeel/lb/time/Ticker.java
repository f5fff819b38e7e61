package dev.evenkeel.lb.time;

/**
 * The one source of elapsed time. The origin is arbitrary, so readings are compared by subtraction, never by order.
 *
 * <p>Implementations must be safe for concurrent use and cheap: a balancer reads its ticker at the begin and the end of
 * every call.
 */
@FunctionalInterface
public interface Ticker {

    /** Nanoseconds since an arbitrary but fixed origin; may be negative. */
    long nanos();

    /** The monotonic clock of the JVM. It does not follow changes of the wall clock. */
    static Ticker system() {
        return System::nanoTime;
    }
}
