package dev.evenkeel.lb.benchmarks.faults;

/** How a server treats calls. Its health check is fine in all of them but the last two. */
enum Manner {
    WELL,
    /** Reads the request, then resets the connection. */
    RESETTING,
    /** Answers with something that is not HTTP. */
    BABBLING,
    /** Promises more than it sends, and closes the connection. */
    CUTTING,
    /** Never answers. */
    HANGING,
    /** Sends its answer a byte at a time. */
    DRIPPING,
    /** Answers well, but its health check says that it will be gone soon. */
    LEAVING,
    /** Takes no connections and answers nothing on those that it has, as if packets were lost. */
    UNREACHABLE;

    boolean concernsHealthCheck() {
        return this == LEAVING || this == UNREACHABLE;
    }
}
