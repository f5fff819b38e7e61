package dev.evenkeel.lb.routing;

import org.jspecify.annotations.Nullable;

/**
 * That a request has a header or a query parameter.
 *
 * @param name of a header in lower case
 * @param value what it has to be; null if anything will do
 */
record Expectation(String name, @Nullable String value) {

    /** Whether whatever meets the other one meets this. */
    boolean isImpliedBy(Expectation other) {
        return name.equals(other.name) && (value == null || value.equals(other.value));
    }

    /** Whether nothing can meet both: of a header, only the first value counts. */
    boolean contradicts(Expectation other) {
        return name.equals(other.name) && value != null && other.value != null && !value.equals(other.value);
    }

    /** Without the value, which may be secret. */
    @Override
    public String toString() {
        return value == null ? name : name + "=...";
    }
}
