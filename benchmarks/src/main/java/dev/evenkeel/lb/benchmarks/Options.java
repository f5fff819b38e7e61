package dev.evenkeel.lb.benchmarks;

import java.util.Arrays;
import java.util.Iterator;
import java.util.regex.Pattern;

/** The options of a program, word by word, whether they come as one argument or as several. */
public final class Options {

    private static final Pattern BLANKS = Pattern.compile(" +");

    private final Iterator<String> words;
    private final String expected;
    private String last = "";

    /** Those in these arguments; what is expected is for messages, such as {@code -rounds N or -only NAME}. */
    public Options(String[] arguments, String expected) {
        this.words = Arrays.stream(arguments)
                .flatMap(BLANKS::splitAsStream)
                .filter(word -> !word.isEmpty())
                .iterator();
        this.expected = expected;
    }

    public boolean hasNext() {
        return words.hasNext();
    }

    /** The name of an option, or what comes after it. */
    public String next() {
        if (!words.hasNext()) {
            throw refused();
        }
        last = words.next();
        return last;
    }

    public int nextInt() {
        return Integer.parseInt(next());
    }

    public long nextLong() {
        return Long.parseLong(next());
    }

    public Pattern nextPattern() {
        return Pattern.compile(next());
    }

    /** To be thrown if the last word makes no sense. */
    public IllegalArgumentException refused() {
        return new IllegalArgumentException(last + ": (expected: " + expected + ")");
    }
}
