package dev.evenkeel.lb.benchmarks.overhead;

import dev.evenkeel.lb.benchmarks.Options;

/**
 * How much is measured.
 *
 * @param rounds in which each way has its turn
 * @param millis how long each way is measured in each round
 * @param only clients whose name contains this
 */
record Extent(int rounds, long millis, String only) {

    /** What the options say: {@code -rounds N}, 80 by default, {@code -millis N}, 250, and {@code -only NAME}, all. */
    static Extent of(String[] arguments) {
        int rounds = 80;
        long millis = 250;
        String only = "";
        Options options = new Options(arguments, "-rounds N, -millis N or -only NAME");
        while (options.hasNext()) {
            switch (options.next()) {
                case "-rounds" -> rounds = options.nextInt();
                case "-millis" -> millis = options.nextLong();
                case "-only" -> only = options.next();
                default -> throw options.refused();
            }
        }
        return new Extent(rounds, millis, only);
    }
}
