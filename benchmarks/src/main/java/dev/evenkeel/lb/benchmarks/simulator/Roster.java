package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.discovery.InstanceSink;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.discovery.Subscription;
import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Tells balancers who there is: a list whenever it changes, and who leaves of its own will. */
final class Roster implements InstanceSource {

    private static final int FIRST_PORT = 10_000;

    private final List<ServerModel> models;
    private final List<ServiceInstance> instances = new ArrayList<>();
    private final ListFault fault;
    private final Timeline timeline;

    /** As registries do: newcomers come last. */
    private final List<Integer> byAge;

    private final List<InstanceSink> sinks = new ArrayList<>();

    Roster(List<ServerModel> models, ListFault fault, Timeline timeline) {
        this.models = models;
        this.fault = fault;
        this.timeline = timeline;
        this.byAge = IntStream.range(0, models.size())
                .boxed()
                .sorted(Comparator.comparingInt(
                        (Integer place) -> models.get(place).listed().from()))
                .toList();
        for (int place = 0; place < models.size(); place++) {
            int left = place;
            ServerModel model = models.get(place);
            instances.add(ServiceInstance.of("10.0.0.1:" + (FIRST_PORT + place)));
            at(model.listed().from(), this::tell);
            at(model.listed().until(), this::tell);
            at(model.away().from(), () -> leave(left));
            at(model.away().until(), this::tell);
        }
        at(fault.when().from(), this::tell);
        at(fault.when().until(), this::tell);
    }

    /** Which of the servers this is. */
    static int place(ServiceInstance instance) {
        return instance.port() - FIRST_PORT;
    }

    @Override
    public Subscription subscribe(InstanceSink sink) {
        sinks.add(sink);
        tell(sink);
        return () -> {};
    }

    /** What is so from the beginning needs no event. */
    private void at(int second, Runnable event) {
        if (second > 0 && second < Integer.MAX_VALUE) {
            timeline.after(second * 1_000_000_000L, event);
        }
    }

    private void leave(int place) {
        sinks.forEach(sink -> sink.left(instances.get(place).id()));
    }

    private void tell() {
        sinks.forEach(this::tell);
    }

    private void tell(InstanceSink sink) {
        long now = timeline.nanos();
        if (fault.is(ListFault.Kind.FAILED, now)) {
            sink.failed(new IOException("out of order"));
            return;
        }
        List<@Nullable ServiceInstance> list = new ArrayList<>();
        for (int place : byAge) {
            ServerModel model = models.get(place);
            boolean there = model.listed().holds(now) && !model.away().holds(now);
            if (there
                    && !fault.is(ListFault.Kind.EMPTY, now)
                    && !(place % 2 == 1 && fault.is(ListFault.Kind.HALF, now))) {
                list.add(instances.get(place));
            }
        }
        if (fault.is(ListFault.Kind.GARBLED, now)) {
            list.add(0, null);
            list.add(ServiceInstance.of("169.254.169.254:80"));
            list.addAll(instances);
        }
        sink.update(list);
    }
}
