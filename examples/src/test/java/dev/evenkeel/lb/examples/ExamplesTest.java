package dev.evenkeel.lb.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExamplesTest {

    @Test
    void firstIsTheFirstUntilItIsFull() {
        assertThat(OwnStrategy.picks(OwnStrategy.first(), 2)).containsExactly("b1", "b1");
        assertThat(OwnStrategy.picks(OwnStrategy.first(), 3)).element(2).isNotEqualTo("b1");
    }

    @Test
    void zoneFirstGoesElsewhereWhenItsZoneIsFull() {
        List<String> picks = OwnStrategy.picks(OwnStrategy.zoneFirst("a"), 8);
        assertThat(picks.subList(0, 4)).containsExactly("a1", "a2", "a1", "a2");
        assertThat(picks.subList(4, 8)).containsExactlyInAnyOrder("b1", "b1", "b2", "b2");
    }

    @Test
    void zoneFirstMakesDoWithoutItsZone() {
        assertThat(OwnStrategy.picks(OwnStrategy.zoneFirst("c"), 4)).containsExactly("b1", "a1", "a2", "b2");
    }

    @Test
    void ownStrategyRuns() throws Exception {
        assertThat(printedBy(() -> OwnStrategy.main(new String[0]))).contains("zone first: [a1, a2, a1, a2,");
    }

    @Test
    void ownSourceFollowsItsDirectoryAndKeepsTheLastList() throws Exception {
        String printed = printedBy(() -> OwnSource.main(new String[0]));
        expectLines(printed, "10.0.0.1:8080", 1);
        expectLines(printed, "10.0.0.2:8080", 3);
        expectLines(printed, "10.0.0.3:8080", 2);
        assertThat(printed).contains("cannot deliver: NoSuchFileException");
    }

    @Test
    void sharedFileFollowsOtherProcessesAndKeepsTheLastGoodList() throws Exception {
        String printed = printedBy(() -> SharedFile.main(new String[0]));
        expectLines(printed, "10.0.0.1:8080", 3);
        expectLines(printed, "10.0.0.2:8080", 2);
        assertThat(printed)
                .containsPattern("cannot deliver: IllegalArgumentException: .*instances.txt:3: port: 80800 ");
    }

    private static void expectLines(String printed, String part, int count) {
        assertThat(printed.lines().filter(line -> line.contains(part))).hasSize(count);
    }

    @Test
    void noHttpAtAllAsksAnotherOneWhenNobodyIsThere() throws Exception {
        String printed = printedBy(() -> NoHttpAtAll.main(new String[0]));
        assertThat(printed.lines().filter(line -> line.matches("(one|two) says [a-f]")))
                .hasSize(6);
        assertThat(printed.lines().filter(line -> line.contains(" inFlight=0 ")))
                .hasSize(3);
        assertThat(printed).containsPattern("down at .* picks=([1-9]\\d*) failures=\\1");
    }

    @Test
    void plainSocketsGoWhereThereAreFewest() throws Exception {
        String printed = printedBy(() -> PlainSockets.main(new String[0]));
        assertThat(printed.lines()
                        .filter(line -> line.matches("(one|two) says [ab]"))
                        .sorted())
                .hasSize(2)
                .satisfies(lines -> assertThat(lines.get(0)).startsWith("one"))
                .satisfies(lines -> assertThat(lines.get(1)).startsWith("two"));
        assertThat(printed.lines().filter(line -> line.contains(" inFlight=1 ")))
                .hasSize(2);
    }

    @Test
    void retriesAndHedgesHideTheFailuresOfOthers() throws Exception {
        String printed = printedBy(() -> RetriesAndHedges.main(new String[0]));
        assertThat(printed.lines().filter(line -> line.matches("(one|two) says [a-d]")))
                .hasSize(4);
        assertThat(printed).containsPattern("nobody says e: \\[\\w+ NEVER_REACHED after \\d+ ms");
        assertThat(printed).containsPattern("was faster, in flight: 0");
    }

    @Test
    void manyServicesAreOneClientAway() throws Exception {
        String printed = printedBy(() -> ManyServices.main(new String[0]));
        assertThat(printed)
                .contains("/a/1 is answered by a")
                .containsPattern("/b/1 is answered by \\{b=\\d\\d, b-next=\\d\\d}")
                .contains("/c/1 is refused: GET api.example/c/1: refused by the rule for host api.example");
    }

    private interface Program {
        void run() throws Exception;
    }

    private static String printedBy(Program program) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            program.run();
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
