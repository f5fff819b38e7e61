package dev.evenkeel.lb.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.examples.support.DemoServer;
import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.HealthStatus;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.httpclient.BalancedHttpClient;
import dev.evenkeel.lb.httpclient.HttpProbe;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.LoadBalancerListener;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import dev.evenkeel.lb.okhttp.OkHttpProbe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * One of three servers is killed under 200 requests a second. Without retries, those fail that were in flight at the kill,
 * or picked before the probe had marked the server down, and no others. Nothing here depends on how fast the machine is.
 */
@Timeout(60)
class KilledServerTest {

    private static final int CALLS = 600;
    private static final int CALLS_BEFORE_THE_KILL = 200;
    private static final Duration PACE = Duration.ofMillis(5);

    private static final ProbeConfig OFTEN = ProbeConfig.builder()
            .interval(Duration.ofMillis(100))
            .timeout(Duration.ofSeconds(4))
            .fall(2)
            .build();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final OkHttpClient okHttp = new OkHttpClient();

    @Test
    void costsOnlyTheCallsThatItCaughtWithTheClientOfTheJdk() throws Exception {
        killOneOfThree(HttpProbe.get(http, "/health"), orders -> {
            HttpClient balanced = BalancedHttpClient.wrap(http, orders);
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create("http://orders/work")).build();
            return () -> balanced.send(request, BodyHandlers.discarding()).statusCode();
        });
    }

    @Test
    void costsOnlyTheCallsThatItCaughtWithOkHttp() throws Exception {
        killOneOfThree(OkHttpProbe.get(okHttp, "/health"), orders -> {
            OkHttpClient balanced = BalancedOkHttp.wrap(okHttp, orders);
            Request request = new Request.Builder().url("http://orders/work").build();
            return () -> {
                try (Response response = balanced.newCall(request).execute()) {
                    return response.code();
                }
            };
        });
    }

    private interface Caller {
        int call() throws IOException, InterruptedException;
    }

    private interface Wrapping {
        Caller wrap(LoadBalancer orders);
    }

    /** A call, with what had happened before it began and before it ended. */
    private record Made(boolean begunAfterDown, boolean endedBeforeKill, Optional<Exception> failure) {}

    private void killOneOfThree(HealthProbe probe, Wrapping wrapping) throws Exception {
        CompletableFuture<Void> killed = new CompletableFuture<>();
        CompletableFuture<Void> down = new CompletableFuture<>();
        List<Made> calls = new ArrayList<>();
        List<DemoServer> servers = List.of(
                DemoServer.start("alpha", Duration.ofMillis(5)),
                DemoServer.start("beta", Duration.ofMillis(5)),
                DemoServer.start("gamma", Duration.ofMillis(5)));
        LoadBalancer orders = LoadBalancer.builder("orders")
                .instances(servers.stream().map(DemoServer::instance).toList())
                .healthCheck(probe, OFTEN)
                .listener(new LoadBalancerListener() {
                    @Override
                    public void healthChanged(
                            String service, ServiceInstance instance, HealthStatus was, HealthStatus is, String why) {
                        if (is == HealthStatus.UNHEALTHY) {
                            assertThat(instance.id()).isEqualTo("beta");
                            down.complete(null);
                        }
                    }
                })
                .build();
        try {
            calls.addAll(underLoad(wrapping.wrap(orders), killed, down, () -> {
                killed.complete(null);
                servers.get(1).kill();
            }));
        } finally {
            orders.close();
            for (DemoServer server : servers) {
                server.close();
            }
        }
        assertThat(down).isCompleted();
        assertThat(calls).hasSize(CALLS).filteredOn(Made::begunAfterDown).isNotEmpty();
        assertThat(calls)
                .filteredOn(Made::begunAfterDown)
                .allMatch(call -> call.failure().isEmpty());
        assertThat(calls)
                .filteredOn(Made::endedBeforeKill)
                .allMatch(call -> call.failure().isEmpty());
        assertThat(orders.snapshot().instances()).allSatisfy(instance -> {
            assertThat(instance.inFlight()).isZero();
            assertThat(instance.failures() == 0 || instance.id().equals("beta")).isTrue();
        });
    }

    private interface Kill {
        void kill() throws IOException;
    }

    /** The calls begin at a fixed pace, whether or not earlier ones have ended; the kill comes after the first 200. */
    private static List<Made> underLoad(
            Caller caller, CompletableFuture<Void> killed, CompletableFuture<Void> down, Kill kill) throws Exception {
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
        ExecutorService callers = Executors.newCachedThreadPool();
        List<Future<Made>> calls = new ArrayList<>();
        CompletableFuture<Void> allBegun = new CompletableFuture<>();
        try {
            Future<?> pacing = pace.scheduleAtFixedRate(
                    () -> {
                        // the last calls wait for the verdict, so that some surely come after it
                        if (calls.size() < CALLS && (calls.size() < CALLS - CALLS_BEFORE_THE_KILL || down.isDone())) {
                            calls.add(callers.submit(() -> make(caller, killed, down)));
                        }
                        if (calls.size() == CALLS_BEFORE_THE_KILL && !killed.isDone()) {
                            try {
                                kill.kill();
                            } catch (IOException failure) {
                                allBegun.completeExceptionally(failure);
                            }
                        }
                        if (calls.size() == CALLS) {
                            allBegun.complete(null);
                        }
                    },
                    0,
                    PACE.toNanos(),
                    TimeUnit.NANOSECONDS);
            allBegun.get(40, TimeUnit.SECONDS);
            pacing.cancel(false);
            List<Made> made = new ArrayList<>();
            for (Future<Made> call : calls) {
                made.add(call.get(10, TimeUnit.SECONDS));
            }
            return made;
        } finally {
            pace.shutdownNow();
            callers.shutdownNow();
        }
    }

    private static Made make(Caller caller, CompletableFuture<Void> killed, CompletableFuture<Void> down) {
        boolean begunAfterDown = down.isDone();
        Optional<Exception> failure = Optional.empty();
        try {
            assertThat(caller.call()).isEqualTo(200);
        } catch (IOException | InterruptedException failed) {
            failure = Optional.of(failed);
        }
        return new Made(begunAfterDown, !killed.isDone(), failure);
    }
}
