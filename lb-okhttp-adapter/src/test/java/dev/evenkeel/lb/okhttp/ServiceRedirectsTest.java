package dev.evenkeel.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.strategy.Strategies;
import dev.evenkeel.lb.testkit.RecordedRequest;
import dev.evenkeel.lb.testkit.ScriptedReply;
import dev.evenkeel.lb.testkit.ScriptedServer;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import okhttp3.Cache;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A redirect from one service to another is a call to that one, balanced and counted like any other. */
class ServiceRedirectsTest {

    private final ScriptedServer order = ScriptedServer.start();
    private final Orders orders = Orders.of(order);
    private final ScriptedServer bill = ScriptedServer.start().reply(ScriptedReply.ok("bill"));
    private final ScriptedServer otherBill = ScriptedServer.start().reply(ScriptedReply.ok("bill"));
    private final LoadBalancer billing = LoadBalancer.builder("billing")
            .instances(bill.hostPort(), otherBill.hostPort())
            .strategy(Strategies.roundRobin())
            .build();
    private OkHttpClient http = BalancedOkHttp.wrap(orders.raw(), orders.balancer(), billing);

    @AfterEach
    void nothingIsLeft() {
        assertThat(billing.snapshot().inFlight()).isZero();
        assertThat(billing.snapshot().instances())
                .allSatisfy(instance -> assertThat(instance.unreported()).isZero());
        billing.close();
        orders.close();
        bill.close();
        otherBill.close();
    }

    @Test
    void isBalancedAndCountedThere() throws Exception {
        order.reply(redirect(302, "http://billing/b?x=%20"));
        for (int i = 0; i < 4; i++) {
            try (Response response = execute(Orders.request("http://orders/o"))) {
                assertThat(response.code()).isEqualTo(200);
                assertThat(orders.inFlight()).isZero();
                assertThat(billing.snapshot().inFlight()).isEqualTo(1);
                assertThat(response.request().url()).hasToString("http://billing/b?x=%20");
                assertThat(BalancedOkHttp.instance(response)).isPresent();
                assertThat(response.body().string()).isEqualTo("bill");
            }
        }
        assertThat(bill.requests()).extracting(RecordedRequest::target).containsExactly("/b?x=%20", "/b?x=%20");
        assertThat(bill.requests().get(0).header("Host")).contains("billing");
        assertThat(otherBill.requestCount()).isEqualTo(2);
        assertThat(order.acceptedConnections()).isEqualTo(1);
        assertThat(bill.acceptedConnections()).isEqualTo(1);
        assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(4);
        assertThat(billing.snapshot().instances())
                .allSatisfy(
                        instance -> assertThat(instance.outcomes(Kind.SUCCESS)).isEqualTo(2));
    }

    @Test
    void showsWhatCameBefore() throws Exception {
        order.reply(request -> request.target().equals("/back")
                ? redirect(302, "/end")
                : request.target().equals("/end")
                        ? ScriptedReply.ok("end")
                        : redirect(301, "http://billing/b").withBody("moved"));
        bill.reply(redirect(307, "http://orders/back"));
        otherBill.reply(redirect(307, "http://orders/back"));
        try (Response response = execute(Orders.request("http://orders/o"))) {
            assertThat(response.body().string()).isEqualTo("end");
            Response within = response.priorResponse();
            Response second = within.priorResponse();
            Response first = second.priorResponse();
            assertThat(within.request().url()).hasToString("http://orders/back");
            assertThat(within.code()).isEqualTo(302);
            assertThat(second.request().url()).hasToString("http://billing/b");
            assertThat(second.code()).isEqualTo(307);
            assertThat(first.request().url()).hasToString("http://orders/o");
            assertThat(first.code()).isEqualTo(301);
            assertThat(first.priorResponse()).isNull();
        }
    }

    @Test
    void makesAGetOfAPostUnlessItMustNot() throws Exception {
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            order.reply(redirect(status, "http://billing/" + status));
            execute(post("body")).close();
        }
        assertThat(order.requestCount()).isEqualTo(5);
        for (ScriptedServer server : new ScriptedServer[] {bill, otherBill}) {
            assertThat(server.requests()).allSatisfy(request -> {
                boolean same =
                        request.target().equals("/307") || request.target().equals("/308");
                assertThat(request.method()).isEqualTo(same ? "POST" : "GET");
                assertThat(request.body()).isEqualTo(same ? "body" : "");
                assertThat(request.header("Content-Length").isPresent()).isEqualTo(same);
            });
        }
        assertThat(bill.requestCount() + otherBill.requestCount()).isEqualTo(5);
    }

    @Test
    void isForTheCallerWhereTheBodyIsGone() throws Exception {
        order.reply(redirect(307, "http://billing/b"));
        RequestBody once = new RequestBody() {
            @Override
            public okhttp3.MediaType contentType() {
                return null;
            }

            @Override
            public boolean isOneShot() {
                return true;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                sink.writeUtf8("once");
            }
        };
        try (Response response = execute(
                Orders.request("http://orders/o").newBuilder().post(once).build())) {
            assertThat(response.code()).isEqualTo(307);
            assertThat(response.header("Location")).isEqualTo("http://billing/b");
        }
        assertThat(bill.requestCount() + otherBill.requestCount()).isZero();
    }

    @Test
    void isForTheCallerWhereTheClientFollowsNone() throws Exception {
        order.reply(redirect(302, "http://billing/b"));
        http = http.newBuilder().followRedirects(false).build();
        try (Response response = execute(Orders.request("http://orders/o"))) {
            assertThat(response.code()).isEqualTo(302);
        }
        assertThat(bill.requestCount() + otherBill.requestCount()).isZero();
    }

    @Test
    void isForTheCallerWhereTheClientDoesNotChangeTheScheme() throws Exception {
        order.reply(redirect(302, "https://billing/b"));
        http = http.newBuilder().followSslRedirects(false).build();
        try (Response response = execute(Orders.request("http://orders/o"))) {
            assertThat(response.code()).isEqualTo(302);
        }
        assertThat(billing.snapshot().instances())
                .allSatisfy(instance -> assertThat(instance.picks()).isZero());
    }

    @Test
    void isNotFollowedForEver() throws Exception {
        order.reply(redirect(302, "http://billing/b"));
        bill.reply(redirect(302, "http://orders/o"));
        otherBill.reply(redirect(302, "http://orders/o"));
        assertThatThrownBy(() -> execute(Orders.request("http://orders/o")))
                .isInstanceOf(ProtocolException.class)
                .hasMessage("Too many follow-up requests: 21");
        assertThat(order.requestCount() + bill.requestCount() + otherBill.requestCount())
                .isEqualTo(21);
    }

    @Test
    void isFollowedFromAHostThatIsNotBalanced() throws Exception {
        try (ScriptedServer elsewhere = ScriptedServer.start().reply(redirect(302, "http://orders/o"))) {
            try (Response response = execute(Orders.request("http://" + elsewhere.hostPort() + "/x"))) {
                assertThat(response.body().string()).isEqualTo("ok");
                assertThat(BalancedOkHttp.instance(response)).contains(order.instance());
            }
        }
        assertThat(orders.ended(Kind.SUCCESS)).isEqualTo(1);
    }

    @Test
    void isFollowedWithinAHostThatTwoServicesShare() throws Exception {
        order.reply(redirect(302, "/bills/1"));
        Router byPath = request -> !request.host().equals("shop")
                ? Optional.empty()
                : Optional.of(request.path().startsWith("/bills/") ? billing : orders.balancer());
        http = BalancedOkHttp.wrap(orders.raw(), byPath);
        try (Response response = execute(Orders.request("http://shop/o"))) {
            assertThat(response.body().string()).isEqualTo("bill");
        }
        assertThat(order.requestCount()).isEqualTo(1);
        assertThat(bill.requestCount() + otherBill.requestCount()).isEqualTo(1);
    }

    @Test
    void isFollowedBetweenServicesThatWereWrappedOneByOne() throws Exception {
        http = BalancedOkHttp.wrap(orders.http(), billing);
        order.reply(request ->
                request.target().equals("/o") ? redirect(302, "http://billing/b") : ScriptedReply.ok("order"));
        bill.reply(redirect(302, "http://orders/back"));
        otherBill.reply(redirect(302, "http://orders/back"));
        try (Response response = execute(Orders.request("http://orders/o"))) {
            assertThat(response.body().string()).isEqualTo("order");
        }
        assertThat(bill.requestCount() + otherBill.requestCount()).isEqualTo(1);
    }

    @Test
    void isARedirectToInterceptorsInside() throws Exception {
        order.reply(redirect(302, "http://billing/b"));
        List<Integer> seen = new ArrayList<>();
        http = http.newBuilder()
                .addInterceptor(chain -> {
                    Response response = chain.proceed(chain.request());
                    seen.add(response.code());
                    return response;
                })
                .build();
        execute(Orders.request("http://orders/o")).close();
        assertThat(seen).containsExactly(302, 200);
    }

    @Test
    void isFollowedFromTheCache(@TempDir Path directory) throws Exception {
        order.reply(redirect(301, "http://billing/b").withHeader("Cache-Control", "max-age=60"));
        try (Cache cache = new Cache(directory.toFile(), 1 << 20)) {
            http = http.newBuilder().cache(cache).build();
            for (int i = 0; i < 3; i++) {
                try (Response response = execute(Orders.request("http://orders/o"))) {
                    assertThat(response.body().string()).isEqualTo("bill");
                    assertThat(response.headers().names()).doesNotContain("Evenkeel-Location");
                    assertThat(response.priorResponse().header("Location")).isEqualTo("http://billing/b");
                }
            }
        }
        assertThat(order.requestCount()).isEqualTo(1);
        assertThat(bill.requestCount() + otherBill.requestCount()).isEqualTo(3);
    }

    @Test
    void isShownAsItCameFromTheCacheToAClientThatFollowsNone(@TempDir Path directory) throws Exception {
        order.reply(redirect(301, "http://billing/b").withHeader("Cache-Control", "max-age=60"));
        try (Cache cache = new Cache(directory.toFile(), 1 << 20)) {
            http = http.newBuilder().cache(cache).build();
            execute(Orders.request("http://orders/o")).close();
            http = http.newBuilder().followRedirects(false).build();
            try (Response response = execute(Orders.request("http://orders/o"))) {
                assertThat(response.code()).isEqualTo(301);
                for (Response shown : List.of(response, response.cacheResponse())) {
                    assertThat(shown.header("Location")).isEqualTo("http://billing/b");
                    assertThat(shown.headers().names()).doesNotContain("Evenkeel-Location");
                }
            }
        }
        assertThat(order.requestCount()).isEqualTo(1);
    }

    @Test
    void isShownAsItCameFromTheNetwork() throws Exception {
        order.reply(redirect(307, "http://billing/b"));
        try (Response response = execute(Orders.request("http://orders/o"))) {
            Response network = response.priorResponse().networkResponse();
            assertThat(network.header("Location")).isEqualTo("http://billing/b");
            assertThat(network.headers().names()).doesNotContain("Evenkeel-Location");
        }
    }

    @Test
    void asksAnewForThePick() throws Exception {
        order.reply(redirect(302, "http://billing/b"));
        http = BalancedOkHttp.builder(orders.raw(), orders.balancer(), billing)
                .pickRequest(request -> request.url().host().equals("billing")
                                && request.header("X-User").equals("ada")
                        ? PickRequest.builder().only(otherBill.hostPort()).build()
                        : PickRequest.EMPTY)
                .stripHeaders("X-User")
                .build();
        Request request = new Request.Builder()
                .url("http://orders/o")
                .header("X-User", "ada")
                .tag(
                        PickRequest.class,
                        PickRequest.builder().only(order.hostPort()).build())
                .build();
        for (int i = 0; i < 3; i++) {
            execute(request).close();
        }
        assertThat(otherBill.requestCount()).isEqualTo(3);
        assertThat(otherBill.requests().get(0).header("X-User")).isEmpty();
    }

    private Response execute(Request request) throws IOException {
        return http.newCall(request).execute();
    }

    private static Request post(String body) {
        return new Request.Builder()
                .url("http://orders/o")
                .post(RequestBody.create(body, null))
                .build();
    }

    private static ScriptedReply redirect(int status, String location) {
        return ScriptedReply.status(status).withHeader("Location", location);
    }
}
