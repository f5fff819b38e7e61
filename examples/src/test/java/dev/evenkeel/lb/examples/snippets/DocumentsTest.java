package dev.evenkeel.lb.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.examples.snippets.Snippets.Snippet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What the documents show is what the build runs. To add a snippet, put the same code, white space aside, between
 * {@code // snippet} and {@code // end} into a test beside this one.
 */
class DocumentsTest {

    private static final Path README = Path.of("../README.md");
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)(#[^)]*)?\\)");
    private static final Pattern OWN_VERSION = Pattern.compile(
            "<groupId>dev\\.evenkeel</groupId>\\s*<artifactId>[a-z-]+</artifactId>\\s*<version>([^<]+)<");

    @Test
    void everySnippetIsRun() throws IOException {
        assertThat(Snippets.inDocuments()).hasSizeGreaterThan(10);
        assertThat(missing(Snippets.inDocuments(), Snippets.inTests()))
                .as("snippets that no test beside this one runs")
                .isEmpty();
    }

    @Test
    void everySnippetThatIsRunIsShown() throws IOException {
        assertThat(missing(Snippets.inTests(), Snippets.inDocuments()))
                .as("snippets that are run, but shown nowhere")
                .isEmpty();
    }

    private static List<String> missing(List<Snippet> wanted, List<Snippet> there) {
        Set<String> codes = there.stream().map(Snippet::code).collect(Collectors.toSet());
        return wanted.stream()
                .filter(snippet -> !codes.contains(snippet.code()))
                .map(Snippet::place)
                .toList();
    }

    @Test
    void linksLeadToFiles() throws IOException {
        for (Path document : Snippets.documents()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                assertThat(document.resolveSibling(link.group(1))).exists();
            }
        }
    }

    @Test
    void theReadmeNamesTheVersionThatIsBuilt() throws IOException {
        String parent = Files.readString(Path.of("../pom.xml"));
        Matcher built = Pattern.compile("<artifactId>evenkeel-parent</artifactId>\\s*<version>([^<]+)<")
                .matcher(parent);
        assertThat(built.find()).isTrue();
        Matcher named = OWN_VERSION.matcher(Files.readString(README));
        int count = 0;
        while (named.find()) {
            assertThat(named.group(1)).isEqualTo(built.group(1));
            count++;
        }
        assertThat(count).isPositive();
    }
}
