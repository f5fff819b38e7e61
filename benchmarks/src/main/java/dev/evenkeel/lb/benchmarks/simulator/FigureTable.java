package dev.evenkeel.lb.benchmarks.simulator;

import com.google.common.base.Strings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Figures beside their goals, with a verdict for each row. */
public final class FigureTable {

    private static final int WIDTH = 19;

    private final String title;
    private final List<String> columns;
    private final List<Row> rows = new ArrayList<>();

    private record Row(String name, List<Cell> cells, String verdict) {}

    public FigureTable(String title, String... columns) {
        this.title = title;
        this.columns = List.of(columns);
    }

    public void row(String name, Cell... cells) {
        boolean good = Arrays.stream(cells).allMatch(Cell::isGood);
        unjudged(name, good ? "good" : "MISSED", cells);
    }

    /** A row whose figures, if it has any, say nothing: the reason stands where the verdict would. */
    public void unjudged(String name, String reason, Cell... cells) {
        rows.add(new Row(name, List.of(cells), reason));
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The rows in which a goal is missed, whatever the machine has to do with it. */
    List<String> misses() {
        return rows.stream()
                .filter(row -> row.cells().stream().anyMatch(cell -> !cell.real() && !cell.isGood()))
                .map(Row::name)
                .toList();
    }

    public String text() {
        int names = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
        StringBuilder text = new StringBuilder(title).append("\n\n").append(Strings.padEnd("", names, ' '));
        columns.forEach(column -> text.append(Strings.padStart(column, WIDTH, ' ')));
        text.append('\n');
        for (Row row : rows) {
            text.append(Strings.padEnd(row.name(), names, ' '));
            row.cells().forEach(cell -> text.append(Strings.padStart(cell.text(), WIDTH, ' ')));
            text.append("   ").append(row.verdict()).append('\n');
        }
        return text.toString();
    }
}
