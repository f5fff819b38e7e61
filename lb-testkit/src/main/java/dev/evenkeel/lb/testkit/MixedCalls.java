package dev.evenkeel.lb.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Very many calls of every kind from very many threads: answered, failed, cut, cancelled, timed out, closed early. */
final class MixedCalls {

    static final int CALLS = 20_000;
    private static final int THREADS = 50;
    private static final Duration TIMEOUT = Duration.ofMillis(20);
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final ContractClient client;

    MixedCalls(ContractClient client, ScriptedServer... servers) {
        this.client = client;
        for (ScriptedServer server : servers) {
            server.reply(MixedCalls::reply);
        }
    }

    private static ScriptedReply reply(RecordedRequest request) {
        return switch (request.target()) {
            case "/fail" -> ScriptedReply.status(500).withBody("sorry");
            case "/overload" -> ScriptedReply.status(503).withBody("later");
            case "/hang-up" -> ScriptedReply.hangUp();
            case "/reset" -> ScriptedReply.reset();
            case "/cut" -> ScriptedReply.cut();
            case "/endless" -> ScriptedReply.endless();
            case "/silent" -> ScriptedReply.silence();
            default -> ScriptedReply.ok("ok");
        };
    }

    /** Makes all the calls, and returns when the last one is over for its caller. */
    void run() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                long seed = thread;
                work.add(() -> callAgainAndAgain(new SplittableRandom(seed)));
            }
            int calls = 0;
            for (Future<Integer> done : threads.invokeAll(work, LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                calls += done.get();
            }
            if (calls != CALLS) {
                throw new AssertionError("calls: " + calls + " (expected: " + CALLS + ")");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private int callAgainAndAgain(SplittableRandom random) throws Exception {
        int calls = CALLS / THREADS;
        for (int i = 0; i < calls; i++) {
            call(random);
        }
        return calls;
    }

    private void call(SplittableRandom random) throws InterruptedException {
        try {
            switch (random.nextInt(12)) {
                case 0 -> client.send(ContractCall.post("http://orders/fail", "body"));
                case 1 -> client.send(ContractCall.get("http://orders/overload"));
                case 2 -> client.send(ContractCall.get("http://orders/hang-up"));
                case 3 -> client.send(ContractCall.get("http://orders/reset"));
                case 4 -> client.send(ContractCall.get("http://orders/cut"));
                case 5 -> closeEarly(random);
                case 6 -> client.send(ContractCall.get("http://orders/silent").withTimeout(TIMEOUT));
                case 7 -> cancel("http://orders/silent", random);
                case 8 -> cancel("http://orders/endless", random);
                default -> client.send(ContractCall.get("http://orders/ok"));
            }
        } catch (IOException expected) {
            // what comes of it is checked in the figures of the balancer
        }
    }

    private void closeEarly(SplittableRandom random) throws IOException, InterruptedException {
        try (ContractAnswer answer = client.open(ContractCall.get("http://orders/endless"))) {
            answer.body().readNBytes(random.nextInt(200));
        }
    }

    /** At a random moment, as the time that the other threads take is random. */
    private void cancel(String url, SplittableRandom random) {
        Runnable cancel = client.sendAsync(ContractCall.get(url), new ClosingCallback());
        for (int i = random.nextInt(100_000); i > 0; i--) {
            Thread.onSpinWait();
        }
        cancel.run();
    }
}
