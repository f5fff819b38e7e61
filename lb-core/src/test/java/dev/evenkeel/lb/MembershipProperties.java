package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.RecordingListener;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Histories of lists, held against a merge that looks at everybody each time. Each list is made from the one before, so
 * that long heads and tails stay the same, and is changed in all the ways there are.
 */
class MembershipProperties {

    private static final int IDS = 9;

    @Property(tries = 300)
    void mergesAsIfItLookedAtEverybody(@ForAll @IntRange(min = 1, max = 60) int steps, @ForAll long seed) {
        History history = new History(new Random(seed));
        for (int i = 0; i < steps; i++) {
            history.step();
            history.check();
        }
        history.finish();
    }

    private static final class History {

        private final VirtualClock clock = new VirtualClock();
        private final ScriptedSource source = new ScriptedSource();
        private final RecordingListener listener = new RecordingListener();
        private final Model model = new Model();
        private final Map<Lease, Model.Member> inFlight = new LinkedHashMap<>();
        private final Random random;
        private final LoadBalancer orders = TestBalancers.builder(clock)
                .source(source)
                .acceptEmptyLists(true)
                .listener(listener)
                .build();

        private List<ServiceInstance> list = List.of();
        private long version;

        History(Random random) {
            this.random = random;
        }

        void step() {
            switch (random.nextInt(6)) {
                case 0 -> leave();
                case 1 -> begin();
                case 2 -> end();
                default -> deliver();
            }
        }

        private void deliver() {
            List<ServiceInstance> next = new ArrayList<>(list);
            for (int i = random.nextInt(3); i >= 0; i--) {
                change(next);
            }
            if (random.nextBoolean()) {
                next.replaceAll(instance -> instance.toBuilder().build());
            }
            list = next;
            boolean isFirst = version == 0;
            boolean changed = model.list(next);
            source.deliver(next.toArray(ServiceInstance[]::new));
            assertThat(orders.snapshot().version() > version).isEqualTo(changed || isFirst);
        }

        private void change(List<ServiceInstance> next) {
            int place = next.isEmpty() ? 0 : random.nextInt(next.size());
            switch (next.isEmpty() ? 0 : random.nextInt(8)) {
                case 0, 1 -> next.add(random.nextInt(next.size() + 1), instance()); // may be there already
                case 2 -> next.remove(place);
                case 3 -> next.add(random.nextInt(next.size()), next.remove(place));
                case 4 -> next.set(place, with(next.get(place).toBuilder()));
                case 5 -> next.set(place, instance());
                case 6 -> Collections.shuffle(next, random);
                default -> next.subList(0, place).clear();
            }
        }

        /** Few ids and few addresses, so that they meet again, also in other pairs. */
        private ServiceInstance instance() {
            int id = random.nextInt(IDS);
            int port = random.nextInt(6) == 0 ? 90 + id : 80 + id;
            return with(ServiceInstance.builder("10.0.0.1", port).id("i" + id));
        }

        private ServiceInstance with(ServiceInstance.Builder builder) {
            return builder.weight(1 + random.nextInt(2)).build();
        }

        private void leave() {
            String id = "i" + random.nextInt(IDS);
            model.leave(id);
            source.sink().left(id);
        }

        private void begin() {
            if (!model.members.isEmpty()) {
                Model.Member member = model.members.get(random.nextInt(model.members.size()));
                inFlight.put(orders.acquire(only(member.instance.id())), member);
                member.inFlight++;
            }
        }

        private void end() {
            if (!inFlight.isEmpty()) {
                Lease lease = List.copyOf(inFlight.keySet()).get(random.nextInt(inFlight.size()));
                model.end(inFlight.remove(lease));
                lease.succeeded();
                clock.runDue();
            }
        }

        void check() {
            version = orders.snapshot().version();
            assertThat(orders.snapshot().instances())
                    .extracting(History::line)
                    .containsExactlyElementsOf(Stream.concat(model.published.stream(), model.leaving.stream())
                            .map(Model.Member::line)
                            .toList());
            assertThat(listener.takeLines()).containsExactlyElementsOf(model.events);
            model.events.clear();
            for (int id = 0; id < IDS; id++) {
                checkFound("i" + id);
            }
        }

        private void checkFound(String id) {
            Model.Member member = model.find(id);
            if (member == null) {
                assertThatExceptionOfType(NoInstanceAvailableException.class)
                        .isThrownBy(() -> orders.acquire(only(id)));
            } else {
                Lease lease = orders.acquire(only(id));
                assertThat(lease.instance()).isEqualTo(member.instance);
                lease.succeeded();
            }
        }

        private static String line(InstanceSnapshot instance) {
            return Model.Member.line(instance.instance(), instance.isDraining(), instance.inFlight());
        }

        private static PickRequest only(String id) {
            return PickRequest.builder().only(id).build();
        }

        void finish() {
            while (!inFlight.isEmpty()) {
                end();
            }
            check();
            assertThat(model.leaving).isEmpty();
            orders.close();
        }
    }

    /** What a merge does, said as plainly as can be. */
    private static final class Model {

        private static final class Member {

            private ServiceInstance instance;
            private boolean draining;
            private int inFlight;

            Member(ServiceInstance instance) {
                this.instance = instance;
            }

            String line() {
                return line(instance, draining, inFlight);
            }

            static String line(ServiceInstance instance, boolean draining, int inFlight) {
                return instance + " of weight " + instance.weight() + (draining ? " draining " : " ") + inFlight;
            }
        }

        private List<Member> members = new ArrayList<>();
        private final List<Member> leaving = new ArrayList<>();
        private final List<String> events = new ArrayList<>();

        /** The members in the order that was last worth a new version. */
        private List<Member> published = members;

        boolean list(List<ServiceInstance> list) {
            Map<String, ServiceInstance> listed = new LinkedHashMap<>();
            list.forEach(instance -> listed.putIfAbsent(instance.id(), instance));
            boolean changed = false;
            for (Member member : List.copyOf(members)) {
                if (!listed.containsKey(member.instance.id())) {
                    drain(member);
                    changed = true;
                }
            }
            List<Member> merged = new ArrayList<>();
            for (ServiceInstance instance : listed.values()) {
                Member before = find(instance.id());
                Member member = merge(before, instance);
                changed |= before != member || !before.instance.equals(instance);
                member.instance = instance;
                merged.add(member);
            }
            members = merged;
            if (changed) {
                publish();
            }
            return changed;
        }

        private Member merge(Member before, ServiceInstance instance) {
            if (before != null && before.instance.hasSameAddressAs(instance)) {
                tellOfChange(before, instance);
                return before;
            }
            if (before != null) {
                drain(before);
            }
            for (Member member : leaving) {
                if (member.instance.id().equals(instance.id()) && member.instance.hasSameAddressAs(instance)) {
                    tellOfChange(member, instance);
                    events.add("returned " + instance.id());
                    leaving.remove(member);
                    member.draining = false;
                    return member;
                }
            }
            events.add("joined " + instance.id());
            return new Member(instance);
        }

        private void tellOfChange(Member member, ServiceInstance instance) {
            if (!member.instance.equals(instance)) {
                events.add("changed " + instance.id());
            }
        }

        void leave(String id) {
            Member member = find(id);
            if (member != null) {
                drain(member);
                publish();
            }
        }

        void end(Member member) {
            member.inFlight--;
            settle();
        }

        private void drain(Member member) {
            members.remove(member);
            leaving.add(member);
            member.draining = true;
            events.add("draining " + member.instance.id());
        }

        private void publish() {
            published = List.copyOf(members);
            settle();
        }

        private void settle() {
            for (Member member : List.copyOf(leaving)) {
                if (member.inFlight == 0) {
                    leaving.remove(member);
                    events.add("left " + member.instance.id());
                }
            }
        }

        Member find(String id) {
            return members.stream()
                    .filter(member -> member.instance.id().equals(id))
                    .findFirst()
                    .orElse(null);
        }
    }
}
