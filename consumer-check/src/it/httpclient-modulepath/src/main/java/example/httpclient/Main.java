package example.httpclient;

import dev.evenkeel.lb.Placeholder;
import dev.evenkeel.lb.httpclient.HttpPlaceholder;
import java.net.http.HttpClient;

/** What a user of the README has. */
public final class Main {
    private Main() {}

    /**
     * Fails unless it runs on the module path.
     *
     * @param args not used
     */
    public static void main(String[] args) {
        if (!Main.class.getModule().isNamed()) {
            throw new IllegalStateException("not on the module path: " + Main.class.getModule());
        }
        String line = Placeholder.names(null) + " " + HttpPlaceholder.describe(HttpClient.newHttpClient());
        if (!line.contains("HTTP_2")) {
            throw new IllegalStateException(line);
        }
        System.out.println("consumer of httpclient-modulepath: " + line);
    }
}
