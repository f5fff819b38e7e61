package dev.evenkeel.lb.examples.snippets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds snippets: in documents, in Javadoc, and in the tests that run them. */
final class Snippets {

    private static final Path ROOT = Path.of("..");
    private static final Path TESTS = Path.of("src/test/java/dev/evenkeel/lb/examples/snippets");

    private static final Pattern IN_MARKDOWN = Pattern.compile("(?ms)^```java\\n(.*?)^```");
    private static final Pattern IN_JAVADOC = Pattern.compile("(?s)<pre>\\{@code\\n(.*?)\\n *\\* *}</pre>");
    private static final Pattern IN_TESTS = Pattern.compile("(?ms)^ *// snippet\\n(.*?)^ *// end");

    private Snippets() {}

    /**
     * A piece of code.
     *
     * @param place where it stands
     * @param code without white space, as formatters differ in that
     */
    record Snippet(String place, String code) {

        static Snippet of(Path file, int line, String code) {
            return new Snippet(file + ":" + line, code.replaceAll("\\s", ""));
        }
    }

    /** What users read. */
    static List<Snippet> inDocuments() throws IOException {
        List<Snippet> snippets = new ArrayList<>();
        for (Path file : documents()) {
            snippets.addAll(in(file, IN_MARKDOWN, ""));
        }
        for (Path file : librarySources()) {
            snippets.addAll(in(file, IN_JAVADOC, "(?m)^ *\\* ?"));
        }
        return snippets;
    }

    /** What the build runs. */
    static List<Snippet> inTests() throws IOException {
        List<Snippet> snippets = new ArrayList<>();
        for (Path file : files(TESTS, ".java")) {
            snippets.addAll(in(file, IN_TESTS, ""));
        }
        return snippets;
    }

    static List<Path> documents() throws IOException {
        List<Path> documents = new ArrayList<>(files(ROOT.resolve("docs"), ".md"));
        documents.add(ROOT.resolve("README.md"));
        return documents;
    }

    private static List<Path> librarySources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("lb-core", "lb-httpclient", "lb-okhttp-adapter")) {
            sources.addAll(files(ROOT.resolve(module).resolve("src/main/java"), ".java"));
        }
        return sources;
    }

    private static List<Path> files(Path directory, String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private static List<Snippet> in(Path file, Pattern pattern, String margin) throws IOException {
        String text = Files.readString(file).replace("\r\n", "\n");
        List<Snippet> snippets = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            int line = (int) text.substring(0, matcher.start(1)).lines().count() + 1;
            snippets.add(Snippet.of(file, line, matcher.group(1).replaceAll(margin, "")));
        }
        return snippets;
    }
}
