package dev.evenkeel.lb.testkit;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.random.RandomGenerator;

/**
 * Draws what the test says: each {@code nextInt(bound)} takes the next number of the script. A draw beyond the end of the
 * script, or a number that is not below the bound, fails the test.
 */
public final class ScriptedRandom implements RandomGenerator {

    private final Queue<Integer> script = new ArrayDeque<>();

    public ScriptedRandom(int... draws) {
        for (int draw : draws) {
            script.add(draw);
        }
    }

    @Override
    public synchronized int nextInt(int bound) {
        Integer draw = script.poll();
        if (draw == null) {
            throw new AssertionError("a draw below " + bound + " beyond the end of the script");
        }
        if (draw < 0 || draw >= bound) {
            throw new AssertionError("the script says " + draw + ", but the draw is below " + bound);
        }
        return draw;
    }

    @Override
    public long nextLong() {
        throw new AssertionError("only draws below a bound are scripted");
    }
}
