package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.health.HealthProbe;
import dev.evenkeel.lb.health.ProbeContext;
import dev.evenkeel.lb.health.ProbeResult;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A health check: it takes the way to the server and back, and has no queue to wait in. */
final class ServerProbe implements HealthProbe {

    private final List<Server> servers;
    private final Timeline timeline;

    ServerProbe(List<Server> servers, Timeline timeline) {
        this.servers = servers;
        this.timeline = timeline;
    }

    @Override
    public CompletionStage<ProbeResult> check(ServiceInstance instance, ProbeContext context) {
        CompletableFuture<ProbeResult> answer = new CompletableFuture<>();
        Server server = servers.get(Roster.place(instance));
        timeline.after(server.model().oneWayNanos(), () -> {
            if (server.isResponsive()) {
                ProbeResult result = server.isWell() ? ProbeResult.well() : ProbeResult.sick("fails");
                timeline.after(server.model().oneWayNanos(), () -> answer.complete(result));
            }
        });
        return answer;
    }
}
