package dev.evenkeel.lb.benchmarks.simulator;

/** What is wrong with the lists that balancers hear, and when. */
record ListFault(Kind kind, Span when) {

    static final ListFault NONE = new ListFault(Kind.FAILED, Span.NEVER);

    enum Kind {
        /** The source says that it does not know. */
        FAILED,
        /** A list with nobody in it. */
        EMPTY,
        /** Every other server is missing. */
        HALF,
        /** There is nonsense beside the servers: nothing, the same again, and what cannot be an instance. */
        GARBLED
    }

    boolean is(Kind asked, long now) {
        return kind == asked && when.holds(now);
    }
}
