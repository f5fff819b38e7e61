package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.LoadBalancer;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Calls of every kind to servers that fail at random. The servers count how often each call was executed. */
final class RandomFaults {

    private static final int CALLS = 300;
    private static final String ID = "X-Id";
    private static final Duration TIMEOUT = Duration.ofMillis(50);
    private static final int MAX_EXTRA_SENDS = 10;

    private final LoadBalancer balancer;
    private final ContractClient client;
    private final SplittableRandom random;

    private final Map<String, Integer> executions = new ConcurrentHashMap<>();
    private final Set<String> onlyOnce = new TreeSet<>();
    private final Set<String> repeatedByUsOnly = new TreeSet<>();

    RandomFaults(long seed, LoadBalancer balancer, ContractClient client, ScriptedServer... servers) {
        this.balancer = balancer;
        this.client = client;
        this.random = new SplittableRandom(seed);
        for (ScriptedServer server : servers) {
            long seedOfServer = random.nextLong();
            server.reply(request -> executed(request, seedOfServer));
        }
    }

    private ScriptedReply executed(RecordedRequest request, long seedOfServer) {
        String id = request.header(ID).orElseThrow();
        executions.merge(id, 1, Integer::sum);
        return switch (new SplittableRandom(seedOfServer + Long.parseLong(id)).nextInt(12)) {
            case 0 -> ScriptedReply.status(503).withBody("later");
            case 1 -> ScriptedReply.status(500).withBody("sorry");
            case 2, 3 -> ScriptedReply.hangUp();
            case 4 -> ScriptedReply.reset();
            case 5 -> ScriptedReply.garbage();
            case 6 -> ScriptedReply.cut();
            case 7 -> isPut(request.method()) ? ScriptedReply.hangUp() : ScriptedReply.silence();
            default -> ScriptedReply.ok("ok");
        };
    }

    /** Makes all the calls, and returns when the last one is over for its caller. */
    void run() throws InterruptedException {
        for (int id = 0; id < CALLS; id++) {
            for (int i = 0; i < MAX_EXTRA_SENDS; i++) {
                balancer.callContext().purse().refund(); // it is not for lack of means that a call is not made again
            }
            call(Integer.toString(id));
        }
    }

    private void call(String id) throws InterruptedException {
        ContractCall call = randomCall(id).withHeader(ID, id);
        if (call.method().equals("POST") || call.method().equals("PATCH") || call.isBodyOnce()) {
            onlyOnce.add(id);
        } else if (isPut(call.method())) {
            repeatedByUsOnly.add(id);
        }
        try {
            switch (random.nextInt(4)) {
                case 0 -> client.open(call).close();
                case 1 -> cancel(call);
                default -> client.send(call);
            }
        } catch (IOException expected) {
            // what comes of it is seen at the servers
        }
    }

    private ContractCall randomCall(String id) {
        String url = "http://orders/" + id;
        ContractCall call = switch (random.nextInt(5)) {
            case 0 -> ContractCall.post(url, "body");
            case 1 -> ContractCall.of("PATCH", url).withBody("body");
            case 2, 3 -> ContractCall.put(url, "body");
            default -> ContractCall.get(url);
        };
        if (call.body().isPresent() && random.nextInt(3) == 0) {
            call = call.withBodyOnce();
        }
        return isPut(call.method()) ? call : call.withTimeout(TIMEOUT);
    }

    /** Those have all the time that they need, so that it does not depend on the machine whether any is repeated. */
    private static boolean isPut(String method) {
        return method.equals("PUT");
    }

    /** At a random moment. */
    private void cancel(ContractCall call) {
        Runnable cancel = client.sendAsync(call, new ClosingCallback());
        for (int i = random.nextInt(200_000); i > 0; i--) {
            Thread.onSpinWait();
        }
        cancel.run();
    }

    /** Calls that were executed more than once, and should not, with how often they were. */
    Map<String, Integer> executedTooOften() {
        Map<String, Integer> tooOften = new TreeMap<>(executions);
        tooOften.keySet().retainAll(onlyOnce);
        tooOften.values().removeIf(times -> times == 1);
        return tooOften;
    }

    /** How many calls were executed more than once that no client sends again by itself. */
    long executedAgain() {
        return repeatedByUsOnly.stream()
                .filter(id -> executions.getOrDefault(id, 0) > 1)
                .count();
    }
}
