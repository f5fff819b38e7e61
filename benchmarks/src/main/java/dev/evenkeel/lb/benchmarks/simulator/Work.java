package dev.evenkeel.lb.benchmarks.simulator;

/** How much work a call is, as a factor to the mean of the server that does it. */
@FunctionalInterface
interface Work {

    double draw(Draws draws);

    /** Mean 1. */
    static Work exponential() {
        return Draws::nextExponential;
    }

    /**
     * Log-normal with mean 1, and some calls so many times as much on top.
     *
     * @param sigma the deviation of the logarithm
     */
    static Work logNormal(double sigma, double largeShare, double largeFactor) {
        return draws -> {
            double work = StrictMath.exp(sigma * draws.nextGaussian() - sigma * sigma / 2);
            return draws.nextDouble() < largeShare ? work * largeFactor : work;
        };
    }
}
