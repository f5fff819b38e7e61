package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Cache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client keeps by the address of a server belongs to the service, whichever instance has to do with it. */
class LogicalNamesTest {

    private final ScriptedServer a = ScriptedServer.start();
    private final ScriptedServer b = ScriptedServer.start();

    /** Of a name with one label, which not every client takes for that of a domain. */
    @Test
    void cookieOfTheDomainGoesToTheNextInstance() throws Exception {
        String cookie = "session=7; Domain=orders; Path=/";
        a.reply(ScriptedReply.ok("ok").withHeader("Set-Cookie", cookie));
        b.reply(ScriptedReply.ok("ok").withHeader("Set-Cookie", cookie));
        try (Orders orders = Orders.with(c -> c.cookieJar(new KeptCookies()), a, b)) {
            orders.get("http://orders/login");
            orders.get("http://orders/next");
            assertThat(requests())
                    .filteredOn(request -> request.target().equals("/next"))
                    .singleElement()
                    .satisfies(request -> assertThat(request.header("Cookie")).contains("session=7"));
            assertThat(List.of(a.requestCount(), b.requestCount())).containsOnly(1);
        }
    }

    @Test
    void answerThatOneInstanceGaveIsInTheCacheForAll(@TempDir Path directory) throws Exception {
        a.reply(ScriptedReply.ok("kept").withHeader("Cache-Control", "max-age=60"));
        b.reply(ScriptedReply.ok("kept").withHeader("Cache-Control", "max-age=60"));
        try (Cache cache = new Cache(directory.toFile(), 1 << 20);
                Orders orders = Orders.with(c -> c.cache(cache), a, b)) {
            for (int i = 0; i < 4; i++) {
                assertThat(orders.get("http://orders/x")).isEqualTo("kept");
            }
            assertThat(requests()).hasSize(1);
            assertThat(cache.hitCount()).isEqualTo(3);
        }
    }

    private List<RecordedRequest> requests() {
        List<RecordedRequest> all = new ArrayList<>(a.requests());
        all.addAll(b.requests());
        return all;
    }
}
