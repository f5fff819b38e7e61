package dev.evenkeel.lb.examples;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.AttemptHistory;
import dev.evenkeel.lb.call.BalancedCall;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.examples.support.LineServer;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.retry.HedgePolicy;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** A server that is gone and one that hangs: the callers notice neither, and the extra calls are bounded. No HTTP. */
public final class RetriesAndHedges {

    private RetriesAndHedges() {}

    public static void main(String[] args)
            throws IOException, InterruptedException, TimeoutException, ExecutionException {
        retries();
        hedges();
    }

    /** Of three servers one is down, then all are. */
    private static void retries() throws IOException, InterruptedException, TimeoutException {
        try (LineServer one = LineServer.start("one");
                LineServer two = LineServer.start("two");
                LineServer three = LineServer.start("three");
                LoadBalancer echo = LoadBalancer.builder("echo")
                        .instances(List.of(one.instance(), two.instance(), three.instance()))
                        .build()) {
            three.stop();
            for (String line : List.of("a", "b", "c", "d")) {
                System.out.println(ask(echo, line));
            }
            one.stop();
            two.stop();
            try {
                System.out.println(ask(echo, "e"));
            } catch (ConnectException nobodyThere) {
                System.out.println("nobody says e: " + AttemptHistory.of(nobodyThere));
            }
            System.out.println("left in the purse: " + echo.snapshot().purse());
        }
    }

    /** To ask twice does no harm here. */
    private static String ask(LoadBalancer echo, String line)
            throws IOException, InterruptedException, TimeoutException {
        return BalancedCall.to(echo)
                .replay(Replay.ALWAYS)
                .timeout(Duration.ofSeconds(10))
                .build()
                .execute(attempt -> NoHttpAtAll.talkTo(attempt.instance(), line));
    }

    /** Whoever is asked first never answers, so another one is asked as well. */
    private static void hedges() throws InterruptedException, ExecutionException {
        try (LoadBalancer slow = LoadBalancer.builder("slow")
                .instances("10.0.0.1:80", "10.0.0.2:80")
                .build()) {
            String answer = BalancedCall.to(slow)
                    .replay(Replay.ALWAYS)
                    .hedging(HedgePolicy.after(Duration.ofMillis(20)))
                    .build()
                    .executeAsync(
                            attempt -> attempt.isHedge() ? answerOf(attempt.instance()) : new CompletableFuture<>())
                    .get();
            System.out.println(answer + ", in flight: " + slow.snapshot().inFlight());
        }
    }

    private static CompletableFuture<String> answerOf(ServiceInstance instance) {
        return CompletableFuture.completedFuture(instance.id() + " was faster");
    }
}
