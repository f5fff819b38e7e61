package dev.evenkeel.lb.testkit;

import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.discovery.Subscription;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A source that delivers when the test says so. */
final class LateSource implements InstanceSource {

    private final List<InstanceSink> sinks = new CopyOnWriteArrayList<>();

    @Override
    public Subscription subscribe(InstanceSink sink) {
        sinks.add(sink);
        return () -> sinks.remove(sink);
    }

    void deliver(ScriptedServer... servers) {
        List<ScriptedServer> given = List.of(servers);
        sinks.forEach(
                sink -> sink.update(given.stream().map(ScriptedServer::instance).toList()));
    }
}
