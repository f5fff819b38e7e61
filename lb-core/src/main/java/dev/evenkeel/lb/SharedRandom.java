package dev.evenkeel.lb;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** The generator of whichever thread asks: safe to share, without contention, not to be seeded. */
enum SharedRandom implements RandomGenerator {
    INSTANCE;

    @Override
    public long nextLong() {
        return ThreadLocalRandom.current().nextLong();
    }

    @Override
    public int nextInt() {
        return ThreadLocalRandom.current().nextInt();
    }

    @Override
    public int nextInt(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    @Override
    public double nextDouble() {
        return ThreadLocalRandom.current().nextDouble();
    }
}
