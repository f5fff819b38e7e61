package dev.evenkeel.lb.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Answers that say that an instance is unable to give one, and are better got elsewhere if the client is told so. */
abstract class StatusRetryContract extends RetryFixture {

    static final RetryPolicy ON_STATUS =
            RetryPolicy.builder().onStatus(502, 503, 504).build();

    @Test
    final void getsElsewhereWhatAnInstanceIsUnableToAnswer() throws Exception {
        ScriptedServer unable = server().reply(StatusRetryContract::statusOfTarget);
        ScriptedServer able = server().reply(ScriptedReply.ok("that"));
        LoadBalancer orders = inOrder(unable, able);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        for (int status : new int[] {502, 503, 504}) {
            ContractAnswer answer = client.send(ContractCall.get("http://orders/" + status));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.instance()).contains(able.instance());
            assertThat(text(answer)).isEqualTo("that");
        }
        RecordedCall call = new RecordedCall();
        client.sendAsync(ContractCall.put("http://orders/503", "put"), call);
        try (ContractAnswer answer = call.answer()) {
            assertThat(text(answer)).isEqualTo("that");
        }
        assertThat(call.timesTold()).isEqualTo(1);
        assertThat(outcomes(orders, unable, Kind.OVERLOADED)).isEqualTo(2);
        assertThat(outcomes(orders, unable, Kind.FAILED)).isEqualTo(2);
        assertThat(unable.requestCount()).isEqualTo(4);
    }

    @Test
    final void givesTheCallerWhatIsNotBetterGotElsewhere() throws Exception {
        ScriptedServer unable = server().reply(StatusRetryContract::statusOfTarget);
        ScriptedServer able = server();
        LoadBalancer orders = inOrder(unable, able);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        for (ContractCall call : List.of(
                ContractCall.get("http://orders/500"),
                ContractCall.get("http://orders/404"),
                ContractCall.post("http://orders/503", "may have an effect"))) {
            ContractAnswer answer = client.send(call);
            assertThat(answer.instance()).as("%s", call).contains(unable.instance());
            assertThat(text(answer)).isEqualTo("not this");
        }
        assertThat(client(orders).send(ContractCall.get("http://orders/503")).status())
                .as("unless asked to")
                .isEqualTo(503);
        assertThat(able.requestCount()).isZero();
    }

    @Test
    final void givesTheCallerTheLastAnswer() throws Exception {
        ScriptedServer one = server().reply(ScriptedReply.status(503).withBody("one"));
        ScriptedServer two = server().reply(ScriptedReply.status(504).withBody("two"));
        ContractClient client = client(ContractOptions.of(inOrder(one, two)).withRetries(ON_STATUS));
        ContractAnswer answer = client.send(ContractCall.get(URL));
        assertThat(answer.status()).isEqualTo(504);
        assertThat(text(answer)).isEqualTo("two");
        assertThat(one.requestCount()).isEqualTo(1);
        assertThat(two.requestCount()).isEqualTo(1);
    }

    @Test
    final void doesNotWaitForAnInstanceWhereThereIsAnother() throws Exception {
        ScriptedServer busy = server().reply(ScriptedReply.status(503).withHeader("Retry-After", "3600"));
        ScriptedServer free = server();
        ContractClient client = client(ContractOptions.of(inOrder(busy, free)).withRetries(ON_STATUS));
        assertThat(client.send(ContractCall.get(URL)).instance()).contains(free.instance());
    }

    @Test
    final void waitsForAnInstanceThatAsksToBeCalledLater() throws Exception {
        ScriptedServer asking = server();
        ScriptedServer full = server().reply(ScriptedReply.endless());
        List<Duration> called = new CopyOnWriteArrayList<>();
        asking.reply(request -> {
            called.add(clock.elapsed());
            return called.size() == 1
                    ? ScriptedReply.status(503).withHeader("Retry-After", "1")
                    : ScriptedReply.ok("now");
        });
        LoadBalancer orders = inOrder(builder -> timed(builder).maxInFlightPerInstance(1), asking, full);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        try (ContractAnswer stream = client.open(ContractCall.get(URL).withPickRequest(only(full)))) {
            assertThat(stream.status()).isEqualTo(200);
            RecordedCall call = new RecordedCall();
            client.sendAsync(ContractCall.get(URL), call);
            Eventually.until("it is called again", () -> {
                clock.advance(Duration.ofMillis(called.isEmpty() ? 0 : 100));
                return call.timesTold() == 1;
            });
            try (ContractAnswer answer = call.answer()) {
                assertThat(text(answer)).isEqualTo("now");
            }
        }
        assertThat(called).hasSize(2);
        assertThat(called.get(1).minus(called.get(0))).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    final void doesNotWaitForAnInstanceThatAsksForTooMuch() throws Exception {
        ScriptedServer asking = server().reply(
                        ScriptedReply.status(503).withHeader("Retry-After", "2").withBody("later"));
        ScriptedServer full = server().reply(ScriptedReply.endless());
        LoadBalancer orders = inOrder(builder -> timed(builder).maxInFlightPerInstance(1), asking, full);
        ContractClient client = client(ContractOptions.of(orders).withRetries(ON_STATUS));
        try (ContractAnswer stream = client.open(ContractCall.get(URL).withPickRequest(only(full)))) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(text(client.send(ContractCall.get(URL)))).isEqualTo("later");
        }
        assertThat(asking.requestCount()).isEqualTo(1);
    }

    private static PickRequest only(ScriptedServer server) {
        return PickRequest.builder().only(server.hostPort()).build();
    }

    private static ScriptedReply statusOfTarget(RecordedRequest request) {
        return ScriptedReply.status(Integer.parseInt(request.target().substring(1)))
                .withBody("not this");
    }
}
