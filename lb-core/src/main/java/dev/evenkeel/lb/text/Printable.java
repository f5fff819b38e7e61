package dev.evenkeel.lb.text;

import org.jspecify.annotations.Nullable;

/** Makes text from outside fit for a log line or an exception message: one line, bounded, nothing invisible. */
public final class Printable {

    static final int MAX_LENGTH = 200;

    private Printable() {}

    /** Whether every character of the text can be shown as it is. */
    public static boolean isPrintable(String text) {
        return text.codePoints().allMatch(Printable::isPrintable);
    }

    /** The text with control, format and separator characters escaped, cut after 200 characters. */
    public static String of(@Nullable Object value) {
        String text = String.valueOf(value);
        if (text.length() <= MAX_LENGTH && isPrintable(text)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(MAX_LENGTH + 16);
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            i += Character.charCount(codePoint);
            if (isPrintable(codePoint)) {
                shown.appendCodePoint(codePoint);
            } else {
                shown.append(String.format("\\u%04x", codePoint));
            }
            if (shown.length() >= MAX_LENGTH && i < text.length()) {
                return shown.append("... (")
                        .append(text.length())
                        .append(" characters)")
                        .toString();
            }
        }
        return shown.toString();
    }

    /** What went wrong, in one line: the type, and the message where there is one. */
    public static String of(Throwable thrown) {
        String simple = thrown.getClass().getSimpleName();
        String type = simple.isEmpty() ? thrown.getClass().getName() : simple;
        String message;
        try {
            message = thrown.getMessage();
        } catch (RuntimeException unspeakable) {
            return type;
        }
        return message == null ? type : type + ": " + of((Object) message);
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }
}
