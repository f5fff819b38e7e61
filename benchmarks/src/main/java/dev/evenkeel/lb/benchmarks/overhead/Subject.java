package dev.evenkeel.lb.benchmarks.overhead;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import java.util.List;
import java.util.Map;

/**
 * One HTTP client in three ways.
 *
 * @param name of the client
 * @param leastRatio of time and processor time that is accepted
 * @param plain the client as it is
 * @param floor the client with the least that any wrapper does to a call: copies the request, hears of its end, has a future
 * @param balanced the client with a balancer
 */
record Subject(String name, double leastRatio, Way plain, Way floor, Way balanced) implements AutoCloseable {

    /** All clients, calling a server at this port, in front of these balancers of the service {@code hello}. */
    static List<Subject> all(int port, LoadBalancer hello) {
        return List.of(OkHttpWays.subject(port, hello), JdkWays.subject(port, hello));
    }

    List<Way> ways() {
        return List.of(plain, floor, balanced);
    }

    /** The ways side by side in each round. */
    List<Round> compared(List<Map<Way, Slice>> rounds) {
        return rounds.stream()
                .map(slices -> new Round(
                        requireNonNull(slices.get(plain)),
                        requireNonNull(slices.get(floor)),
                        requireNonNull(slices.get(balanced))))
                .toList();
    }

    @Override
    public void close() {
        ways().forEach(Way::close);
    }
}
