package dev.evenkeel.lb.benchmarks.faults;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import dev.evenkeel.lb.benchmarks.Options;
import dev.evenkeel.lb.benchmarks.simulator.Cell;
import dev.evenkeel.lb.benchmarks.simulator.FigureTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/**
 * Prints what callers notice of servers that die, hang, talk nonsense or are replaced: real servers in processes of their
 * own, on loopback, under 500 calls a second for ten seconds.
 *
 * <pre>
 * -only REGEX    only faults in whose name this is found
 * -client NAME   only clients whose name contains this
 * </pre>
 *
 * <p>A run in which this machine itself came to a halt says nothing: it is made again, and if it never works, the row says
 * that it is invalid. One that breaks says why, and the others go on; the exit code is 1 then.
 */
public final class FaultFigures {

    private static final int TRIES = 3;

    /** A time that is noticed among attempts of 250 ms. */
    private static final double STALL_MILLIS = 100;

    /** Of the attempts that failed, where they were too many. */
    private static final int MOST_TOLD = 12;

    private static final String[] COLUMNS = {
        "lost", "first attempts", "all attempts", "shunned after ms", "attempts/call", "longest ms", "stall ms"
    };
    private static final double NOT_KNOWN = Double.NaN;

    /** A step of the timer more than a call has. */
    private static final double LONGEST_MILLIS = Client.CALL_TIMEOUT.toMillis() + 50;

    private final Client.Kind kind;
    private final Pattern only;
    private final FigureTable table;
    private boolean broken;

    private FaultFigures(Client.Kind kind, Pattern only) {
        this.kind = kind;
        this.only = only;
        this.table = new FigureTable(
                kind.name() + ": " + FaultScript.SERVERS + " servers, " + FaultRun.PER_SECOND + " calls/s for 10 s;"
                        + " what is ill is so from 3 to 6 s.",
                COLUMNS);
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        Pattern only = Pattern.compile("");
        String client = "";
        Options options = new Options(arguments, "-only REGEX or -client NAME");
        while (options.hasNext()) {
            switch (options.next()) {
                case "-only" -> only = options.nextPattern();
                case "-client" -> client = options.next();
                default -> throw options.refused();
            }
        }
        boolean broken = false;
        for (Client.Kind kind : Clients.all()) {
            if (kind.name().contains(client)) {
                FaultFigures figures = new FaultFigures(kind, only);
                FigureTable table = figures.measured();
                if (!table.isEmpty()) {
                    System.out.println(table.text());
                }
                broken |= figures.broken;
            }
        }
        System.exit(broken ? 1 : 0); // clients have threads that nobody ends
    }

    private FigureTable measured() throws InterruptedException {
        for (FaultScript fault : FaultScript.all()) {
            row(fault.name(), run -> played(run, fault));
        }
        row("restart one by one, with notice", run -> restarted(run, true));
        row("killed one by one", run -> restarted(run, false));
        row("all dead for 3 s; not shunned but back", this::allDead);
        return table;
    }

    /** One run, as cells. */
    private interface Measured {
        Row of(FaultRun run) throws InterruptedException;
    }

    /**
     * What came of one run.
     *
     * @param stallMillis by how much this machine was late
     * @param excusedMillis if it was late by more, goals that were missed say nothing, unless calls were lost
     * @param cells the first says how many those are
     */
    private record Row(double stallMillis, double excusedMillis, List<Cell> cells) {

        boolean isInvalid() {
            return stallMillis > STALL_MILLIS || (stallMillis > excusedMillis && isExcusable());
        }

        private boolean isExcusable() {
            return cells.get(0).isGood() && !cells.stream().allMatch(Cell::isGood);
        }
    }

    private void row(String name, Measured measured) throws InterruptedException {
        if (!only.matcher(name).find() || !kind.faults().matcher(name).find()) {
            return;
        }
        try {
            Row row = once(name, measured);
            for (int more = 1; more < TRIES && row.isInvalid(); more++) {
                row = once(name, measured);
            }
            add(name, row);
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Throwable thrown) { // want of memory or threads included: what is measured already is not lost
            System.err.println(Throwables.getStackTraceAsString(thrown));
            broken = true;
            Throwable reason = thrown instanceof CompletionException ? thrown.getCause() : thrown;
            table.unjudged(
                    name,
                    "BROKEN: " + String.valueOf(reason).lines().findFirst().orElse(""));
        }
    }

    private void add(String name, Row row) {
        List<Cell> cells = new ArrayList<>(row.cells());
        cells.add(Cell.real(row.stallMillis(), 0));
        if (row.isInvalid()) {
            table.unjudged(
                    name, "invalid", cells.stream().map(Cell::withoutGoal).toArray(Cell[]::new));
        } else {
            table.row(name, cells.toArray(Cell[]::new));
        }
    }

    private Row once(String name, Measured measured) throws IOException, InterruptedException {
        System.err.println(kind.name() + ": " + name);
        try (FaultRun run = new FaultRun(kind)) {
            return measured.of(run);
        }
    }

    private static Row played(FaultRun run, FaultScript fault) throws InterruptedException {
        List<ServerProcess> sick = run.servers().subList(0, fault.sick());
        Map<ServerProcess, Long> ill = new HashMap<>();
        Map<ServerProcess, Long> well = new HashMap<>();
        List<PickLog> looks = new ArrayList<>();
        FaultRun.Outcomes outcomes = run.play("GET", begun -> {
            FaultRun.await(begun, FaultScript.BEGIN);
            sick.forEach(server -> {
                ill.put(server, System.nanoTime());
                fault.begin().accept(server);
            });
            looks.add(run.lookAt(sick, begun, FaultScript.END));
            sick.forEach(server -> {
                well.put(server, System.nanoTime());
                fault.end().accept(server);
            });
        });
        long first = 0;
        long all = 0;
        double slowestRefusal = 0;
        for (ServerProcess server : sick) {
            long since = requireNonNull(ill.get(server));
            List<NotingBalancer.Failed> failed = run.failed(server, since, requireNonNull(well.get(server)));
            long touched = failed.stream().filter(NotingBalancer.Failed::first).count();
            if (touched > fault.mostTouched()) {
                failed.stream()
                        .limit(MOST_TOLD)
                        .forEach(attempt -> System.err.println("  failed: " + attempt.since(since)));
            }
            if (fault.isRefused()) {
                slowestRefusal = failed.stream()
                        .mapToDouble(NotingBalancer.Failed::millis)
                        .reduce(slowestRefusal, Math::max);
            }
            first = Math.max(first, touched);
            all = Math.max(all, failed.size());
        }
        double shunned = looks.get(0).millisUntilShunned((double) FaultRun.PER_SECOND / FaultScript.SERVERS);
        return row(
                outcomes,
                slowestRefusal,
                fault.excusedMillis(),
                Cell.real(outcomes.load().failed().size(), 0).atMost(0),
                Cell.real((double) first, 0).atMost(fault.mostTouched()),
                Cell.real((double) all, 0),
                Cell.real(shunned, 0).atMost(fault.shunnedMillis()),
                Cell.real(outcomes.attemptsPerCall(), 3));
    }

    private static Row restarted(FaultRun run, boolean notice) throws InterruptedException {
        FaultRun.Outcomes outcomes = run.play(notice ? "POST" : "GET", begun -> {
            FaultRun.await(begun, 1000);
            for (ServerProcess server : run.servers()) {
                long now = System.nanoTime();
                if (notice) {
                    server.behave(Manner.LEAVING);
                    run.deregister(server);
                    FaultRun.await(now, 600);
                }
                server.kill();
                FaultRun.await(System.nanoTime(), 300);
                server.startAgain();
                if (notice) {
                    run.register(server);
                }
            }
        });
        Cell attempts = Cell.real(outcomes.attemptsPerCall(), 3);
        return row(
                outcomes,
                Cell.real(outcomes.load().failed().size(), 0).atMost(0),
                Cell.real(NOT_KNOWN, 0),
                Cell.real(NOT_KNOWN, 0),
                Cell.real(NOT_KNOWN, 0),
                notice ? attempts.atMost(1.001) : attempts);
    }

    /** The calls that fail are known; what counts is for how long they do, and how often the servers are asked meanwhile. */
    private Row allDead(FaultRun run) throws InterruptedException {
        long[] back = new long[1];
        FaultRun.Outcomes outcomes = run.play("GET", begun -> {
            FaultRun.await(begun, FaultScript.BEGIN);
            run.servers().forEach(ServerProcess::kill);
            FaultRun.await(begun, FaultScript.END);
            run.servers().get(0).startAgain();
            back[0] = System.nanoTime();
            run.servers().stream().skip(1).forEach(ServerProcess::startAgain);
        });
        return row(
                outcomes,
                Cell.real(outcomes.load().failed().size(), 0),
                Cell.real(NOT_KNOWN, 0),
                Cell.real(NOT_KNOWN, 0),
                Cell.real(outcomes.load().lastFailureAfter(back[0]) / 1e6, 0).atMost(500),
                Cell.real(outcomes.attemptsPerCall(), 3).atMost(kind.sendsTwice() ? 2.2 : 1.10));
    }

    private static Row row(FaultRun.Outcomes outcomes, Cell... cells) {
        return row(outcomes, 0, STALL_MILLIS, cells);
    }

    private static Row row(FaultRun.Outcomes outcomes, double lateMillis, double excusedMillis, Cell... cells) {
        outcomes.load().reasons().forEach(reason -> System.err.println("  lost: " + reason));
        List<Cell> all = new ArrayList<>(List.of(cells));
        all.add(Cell.real(outcomes.load().millis(1), 0).atMost(LONGEST_MILLIS));
        return new Row(Math.max(outcomes.stalledNanos() / 1e6, lateMillis), excusedMillis, all);
    }
}
