package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.call.OrcaHeader;
import dev.evenkeel.lb.request.LoadReport;
import dev.evenkeel.lb.strategy.Candidates;
import dev.evenkeel.lb.strategy.ReceivedReport;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** Whose word counts when OkHttp follows a redirect by itself; the rest is in the contract. */
class LoadReportsTest {

    private final AtomicReference<Candidates> candidates = new AtomicReference<>();

    @Test
    void aReportOfAnotherServerIsNotTheInstances() throws Exception {
        ScriptedServer a = ScriptedServer.start();
        try (ScriptedServer other = ScriptedServer.start();
                Orders orders = orders(a)) {
            other.reply(ScriptedReply.ok("ok").withHeader(OrcaHeader.NAME, "TEXT rps_fractional=9"));
            a.reply(ScriptedReply.status(302)
                    .withHeader("Location", "http://" + other.hostPort() + "/")
                    .withHeader(OrcaHeader.NAME, "TEXT rps_fractional=7"));
            try (Response response =
                    orders.http().newCall(Orders.request("http://orders/x")).execute()) {
                assertThat(response.header(OrcaHeader.NAME)).isEqualTo("TEXT rps_fractional=9");
            }
            assertThat(lastReport()).contains(LoadReport.builder().rps(7).build());
        }
    }

    private Orders orders(ScriptedServer server) {
        return Orders.service(
                        "orders",
                        balancer -> balancer.strategy(list -> {
                            candidates.set(list);
                            return request -> list.get(0);
                        }),
                        UnaryOperator.identity())
                .add(server.instance(), server);
    }

    private Optional<LoadReport> lastReport() {
        return candidates.get().get(0).lastReport().map(ReceivedReport::report);
    }
}
