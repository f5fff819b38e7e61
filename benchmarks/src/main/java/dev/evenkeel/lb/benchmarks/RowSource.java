package dev.evenkeel.lb.benchmarks;

import java.util.List;

/** Adds rows to the table; found on the class path by {@link java.util.ServiceLoader}. */
@FunctionalInterface
public interface RowSource {

    /** The rows, in the order of the table. */
    List<Row> rows();
}
