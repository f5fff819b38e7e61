package dev.evenkeel.lb.benchmarks.faults;

import java.util.List;
import java.util.function.Consumer;

/**
 * What is done to servers while calls are made, and what the callers may notice.
 *
 * @param sick how many of the servers, the first ones, are ill from {@link #BEGIN} to {@link #END}
 * @param begin done to each of them
 * @param end done to each of them
 * @param mostTouched how many first attempts of calls may fail at each of them
 * @param shunnedMillis how long after the begin the last of them is shunned
 */
record FaultScript(
        String name,
        int sick,
        Consumer<ServerProcess> begin,
        Consumer<ServerProcess> end,
        double mostTouched,
        double shunnedMillis) {

    static final int SERVERS = 5;

    /** In milliseconds, like {@link #END}. */
    static final int BEGIN = 3000;

    static final int END = 6000;

    /** What is refused is over at once, and what is answered badly soon. */
    private static final int REFUSED = 3;

    private static final int ANSWERED = 5;
    private static final int SOON = 100;

    /** Two times the limit of an attempt. */
    private static final int SLOW = 500;

    /** As many as begin at one server before the first of them is given up, and four. */
    private static final double HANGING =
            FaultRun.PER_SECOND * Client.RETRIES.attemptTimeout().orElseThrow().toMillis() / 1000.0 / SERVERS + 4;

    static List<FaultScript> all() {
        return List.of(
                crash(1),
                crash(3),
                crash(4),
                manner("reset", Manner.RESETTING, ANSWERED, SOON),
                manner("answer is not HTTP", Manner.BABBLING, ANSWERED, SOON),
                manner("body cut short", Manner.CUTTING, ANSWERED, SOON),
                new FaultScript("frozen process", 1, ServerProcess::freeze, ServerProcess::thaw, HANGING, SLOW),
                manner("packets lost", Manner.UNREACHABLE, HANGING, SLOW),
                manner("hangs, health check fine", Manner.HANGING, HANGING, SLOW),
                manner("body drips", Manner.DRIPPING, HANGING, SLOW));
    }

    /** Whether connections are refused: on this machine, which takes as long as the machine is late. */
    boolean isRefused() {
        return mostTouched == REFUSED;
    }

    /** In which as many calls begin at one server as may fail there: whoever is late by more cannot know any sooner. */
    double excusedMillis() {
        return mostTouched * SERVERS * 1000 / FaultRun.PER_SECOND;
    }

    private static FaultScript crash(int servers) {
        return new FaultScript(
                "crash of " + servers, servers, ServerProcess::kill, ServerProcess::startAgain, REFUSED, SOON);
    }

    private static FaultScript manner(String name, Manner manner, double mostTouched, double shunnedMillis) {
        return new FaultScript(
                name,
                1,
                server -> server.behave(manner),
                server -> server.behave(Manner.WELL),
                mostTouched,
                shunnedMillis);
    }
}
