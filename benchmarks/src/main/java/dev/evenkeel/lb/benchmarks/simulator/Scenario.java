package dev.evenkeel.lb.benchmarks.simulator;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What is simulated. Calls come at random times (Poisson), whatever became of those before, each from any one of the
 * clients.
 *
 * @param name of the file of its results
 * @param utilization the rate of the calls as a share of what the servers can do, none of them at fault
 * @param timeoutMillis when a client gives a call up
 * @param measured calls that begin in here count
 * @param shares when it is looked at what part of the calls the first server gets
 */
record Scenario(
        String name,
        String title,
        List<ServerModel> servers,
        int clients,
        double utilization,
        Work work,
        long timeoutMillis,
        Span measured,
        List<Span> shares,
        Setting setting) {

    Scenario {
        servers = List.copyOf(servers);
        shares = List.copyOf(shares);
    }

    /** Of the strategy alone. */
    Scenario(
            String name,
            String title,
            List<ServerModel> servers,
            int clients,
            double utilization,
            Work work,
            long timeoutMillis,
            Span measured,
            List<Span> shares) {
        this(name, title, servers, clients, utilization, work, timeoutMillis, measured, shares, Setting.ALONE);
    }

    Scenario in(Setting other) {
        return new Scenario(name, title, servers, clients, utilization, work, timeoutMillis, measured, shares, other);
    }

    double callsPerSecond() {
        return utilization * servers.stream().mapToDouble(ServerModel::capacity).sum();
    }

    long timeoutNanos() {
        return timeoutMillis * 1_000_000;
    }

    /** How long a caller waits, all tries included. */
    long longestNanos() {
        return setting.tries() * timeoutNanos();
    }

    /** Whether something is wrong with a server, or was in the time over which failures are set against calls. */
    boolean isIll(int server, long now) {
        ServerModel model = servers.get(server);
        Span fault = model.fault().when();
        boolean ill = now >= fault.fromNanos()
                && now <= fault.untilNanos() + setting.outliers().window().toNanos();
        return ill || model.errorShare() > 0;
    }

    /** So many of one kind, then so many of another. */
    static List<ServerModel> servers(int count, ServerModel one, int otherCount, ServerModel other) {
        List<ServerModel> servers = new ArrayList<>(Collections.nCopies(count, one));
        servers.addAll(Collections.nCopies(otherCount, other));
        return servers;
    }
}
