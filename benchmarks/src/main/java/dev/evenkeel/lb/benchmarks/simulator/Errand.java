package dev.evenkeel.lb.benchmarks.simulator;

/**
 * What somebody wants done: it takes one call, or some more where the first ones fail.
 *
 * @param work how much it is, as a factor to the mean
 * @param luck from 0 to 1: it fails where so many do, however often it is tried
 * @param begun when the first call began
 * @param triesLeft besides the one that is under way
 */
record Errand(Simulation simulation, int client, double work, double luck, long begun, int triesLeft)
        implements Caller {

    @Override
    public void answered() {
        simulation.recorder().answered(begun, simulation.now());
    }

    @Override
    public void failed() {
        if (triesLeft == 0) {
            simulation.recorder().failed(begun);
        } else {
            tryAgain();
        }
    }

    @Override
    public void timedOut() {
        if (triesLeft == 0) {
            simulation.recorder().timedOut(begun);
        } else {
            tryAgain();
        }
    }

    private void tryAgain() {
        simulation.send(new Errand(simulation, client, work, luck, begun, triesLeft - 1));
    }
}
