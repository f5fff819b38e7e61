package example.okhttp;

import dev.evenkeel.lb.Placeholder;
import dev.evenkeel.lb.okhttp.OkHttpPlaceholder;
import okhttp3.OkHttpClient;

/** What a user of the README has. */
public final class Main {
    private Main() {}

    /**
     * Fails unless it runs on the class path.
     *
     * @param args not used
     */
    public static void main(String[] args) {
        if (Main.class.getModule().isNamed()) {
            throw new IllegalStateException("not on the class path: " + Main.class.getModule());
        }
        String line = Placeholder.names(null) + " " + OkHttpPlaceholder.describe(new OkHttpClient());
        if (!line.contains("h2")) {
            throw new IllegalStateException(line);
        }
        System.out.println("consumer of okhttp-classpath: " + line);
    }
}
