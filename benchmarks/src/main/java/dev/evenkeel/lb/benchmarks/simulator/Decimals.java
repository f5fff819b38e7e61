package dev.evenkeel.lb.benchmarks.simulator;

import com.google.common.base.Strings;

/** Numbers as text, the same on every JDK. */
final class Decimals {

    private Decimals() {}

    /** Rounded as numbers, since JDKs differ in how they print fractions. */
    static String text(double value, int digits) {
        long unit = Math.round(Math.pow(10, digits));
        long units = Math.round(value * unit);
        if (digits == 0) {
            return Long.toString(units);
        }
        return units / unit + "." + Strings.padStart(Long.toString(units % unit), digits, '0');
    }
}
