package dev.evenkeel.lb.examples.support;

import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.observe.PoolSnapshot;
import java.io.Console;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows pools: as a table that is refreshed in place on a terminal, as plain lines elsewhere. Used by one thread at once. */
public final class PoolTable {

    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String DIM = "\u001b[2m";
    private static final String BOLD = "\u001b[1m";
    private static final String RESET = "\u001b[0m";
    private static final String END_OF_LINE = "\u001b[K\n";
    private static final int LONGEST_BAR = 12;

    /** Plain lines are for logs: one in so many refreshes is enough, besides those that say something new. */
    private static final int PLAIN_ONE_IN = 10;

    private final PrintStream out;
    private final boolean inPlace;
    private String headline = "";
    private int linesShown;
    private int refreshes;

    public PoolTable(PrintStream out, boolean inPlace) {
        this.out = out;
        this.inPlace = inPlace;
    }

    /** Whether there is somebody in front of a terminal who has not asked for plain text. */
    public static boolean isTerminal(Map<String, String> environment) {
        boolean plainWanted = environment.containsKey("NO_COLOR")
                || environment.containsKey("CI")
                || environment.getOrDefault("TERM", "dumb").equals("dumb");
        return !plainWanted && hasConsole();
    }

    /** From Java 22 on there may be a console without a terminal, and a way to ask. */
    @SuppressWarnings("SystemConsoleNull") // before Java 22 a null says that there is no terminal
    private static boolean hasConsole() {
        Console console = System.console();
        try {
            return console != null
                    && (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException before22) {
            return console != null;
        }
    }

    /** Shows the pools as they are now. */
    public void refresh(String newHeadline, String time, List<PoolSnapshot> pools) {
        boolean isNews = !newHeadline.equals(headline);
        headline = newHeadline;
        if (inPlace) {
            drawTable(time, pools);
        } else if (isNews || refreshes % PLAIN_ONE_IN == 0) {
            printLines(isNews, time, pools);
        }
        refreshes = isNews ? 1 : refreshes + 1;
    }

    private void drawTable(String time, List<PoolSnapshot> pools) {
        StringBuilder table = new StringBuilder();
        if (linesShown > 0) {
            table.append("\u001b[").append(linesShown).append("A\r");
        }
        table.append(BOLD)
                .append(headline)
                .append(RESET)
                .append(DIM)
                .append("  ")
                .append(time)
                .append(RESET)
                .append(END_OF_LINE);
        table.append(DIM)
                .append(format(
                        "%-16s %-9s %-10s %-15s %9s %9s",
                        "service", "instance", "health", "in flight", "picks", "failures"))
                .append(RESET)
                .append(END_OF_LINE);
        int lines = 2;
        for (PoolSnapshot pool : pools) {
            String name = pool.serviceName();
            for (InstanceSnapshot instance : pool.instances()) {
                table.append(row(name, instance)).append(END_OF_LINE);
                name = "";
                lines++;
            }
        }
        linesShown = lines;
        out.print(table);
        out.flush();
    }

    private static String row(String name, InstanceSnapshot instance) {
        String colour = instance.health() == HealthStatus.HEALTHY
                ? GREEN
                : instance.health() == HealthStatus.UNHEALTHY ? RED : DIM;
        int inFlight = instance.inFlight();
        return format("%-16s %-9s ", name, instance.id())
                + colour
                + format("%-10s ", instance.health())
                + RESET
                + format(
                        "%2d %-12s %9d %9d",
                        inFlight, "#".repeat(Math.min(inFlight, LONGEST_BAR)), instance.picks(), instance.failures());
    }

    private void printLines(boolean isNews, String time, List<PoolSnapshot> pools) {
        if (isNews) {
            out.println("-- " + time + ": " + headline);
        }
        for (PoolSnapshot pool : pools) {
            out.println(pool.instances().stream()
                    .map(instance -> format(
                            "%s %s in flight %d picks %d failures %d",
                            instance.id(),
                            instance.health(),
                            instance.inFlight(),
                            instance.picks(),
                            instance.failures()))
                    .collect(Collectors.joining(" | ", format("%-15s ", pool.serviceName()), "")));
        }
        out.flush();
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
