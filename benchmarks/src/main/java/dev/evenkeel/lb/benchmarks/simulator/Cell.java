package dev.evenkeel.lb.benchmarks.simulator;

/**
 * What came out, and what should.
 *
 * @param value not a number if there is nothing to say
 * @param least the goal, or minus infinity
 * @param most the goal, or infinity
 * @param real whether it was measured on this machine, so that it is another one each time
 */
public record Cell(double value, int digits, double least, double most, boolean real) {

    public static Cell of(double value, int digits) {
        return new Cell(value, digits, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, false);
    }

    public static Cell count(long value) {
        return of((double) value, 0);
    }

    /** It was measured on this machine. */
    public static Cell real(double value, int digits) {
        return new Cell(value, digits, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, true);
    }

    public Cell atMost(double goal) {
        return new Cell(value, digits, least, goal, real);
    }

    public Cell atLeast(double goal) {
        return new Cell(value, digits, goal, most, real);
    }

    /** The same, with nothing to miss. */
    public Cell withoutGoal() {
        return new Cell(value, digits, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, real);
    }

    /** Whether no goal is missed. */
    public boolean isGood() {
        return Double.isNaN(value) || (value >= least && value <= most);
    }

    String text() {
        if (Double.isNaN(value)) {
            return "-";
        }
        String figure = Double.isInfinite(value) ? "never" : Decimals.text(value, digits);
        String low = Double.isInfinite(least) ? "" : " >= " + plain(least);
        String high = Double.isInfinite(most) ? "" : " <= " + plain(most);
        return figure + low + high;
    }

    private static String plain(double number) {
        int digits = 0;
        while (digits < 3 && Math.abs(number - Double.parseDouble(Decimals.text(number, digits))) > 1e-9) {
            digits++;
        }
        return Decimals.text(number, digits);
    }
}
