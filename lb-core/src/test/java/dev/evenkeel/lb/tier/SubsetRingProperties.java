package dev.evenkeel.lb.tier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SubsetRingProperties {

    @Example
    void isEmptyWithoutInstances() {
        assertThat(SubsetRing.of(List.of()).from(ClientPlace.of(7))).isEmpty();
    }

    @Property(tries = 200)
    void dependsOnWhoThereIsAndNotOnTheOrder(
            @ForAll Random random,
            @ForAll @IntRange(min = 1, max = 100) int servers,
            @ForAll @IntRange(min = 0) int client) {
        List<ServiceInstance> instances = instances(servers, random);
        List<ServiceInstance> before = SubsetRing.of(instances).from(ClientPlace.of(client));
        assertThat(before).containsExactlyInAnyOrderElementsOf(instances);
        Collections.shuffle(instances, random);
        assertThat(SubsetRing.of(instances).from(ClientPlace.of(client))).isEqualTo(before);
    }

    /** To within one connection, if the number of clients is known. */
    @Property(tries = 200)
    void isEvenToWithinOneWithAKnownNumberOfClients(
            @ForAll Random random,
            @ForAll @IntRange(min = 1, max = 200) int servers,
            @ForAll @IntRange(min = 1, max = 300) int clients,
            @ForAll @IntRange(min = 1, max = 30) int size) {
        SubsetRing ring = SubsetRing.of(instances(servers, random));
        assertThat(unevenness(ring, clients, size, client -> ClientPlace.of(client, clients)))
                .isLessThanOrEqualTo(1);
    }

    /** Nearly as even if it is not, for the first so many clients. */
    @Property(tries = 200)
    void isNearlyEvenWithAnUnknownNumberOfClients(
            @ForAll Random random,
            @ForAll @IntRange(min = 1, max = 200) int servers,
            @ForAll @IntRange(min = 1, max = 300) int clients,
            @ForAll @IntRange(min = 1, max = 30) int size) {
        SubsetRing ring = SubsetRing.of(instances(servers, random));
        assertThat(unevenness(ring, clients, size, ClientPlace::of)).isLessThanOrEqualTo(5);
    }

    /** Every second client, every third or fourth one, as they may be in one zone. */
    @Property(tries = 200)
    void isNearlyEvenForEveryNthClient(
            @ForAll Random random,
            @ForAll @IntRange(min = 1, max = 200) int servers,
            @ForAll @IntRange(min = 1, max = 300) int clients,
            @ForAll @IntRange(min = 2, max = 4) int nth) {
        SubsetRing ring = SubsetRing.of(instances(servers, random));
        assertThat(unevenness(ring, clients, 10, client -> ClientPlace.of(client * nth)))
                .isLessThanOrEqualTo(10);
    }

    /** A client changes one instance for each that comes or goes, or two where the ring closes. */
    @Property(tries = 500)
    void movesLittleWhenServersComeAndGo(
            @ForAll Random random,
            @ForAll @IntRange(min = 2, max = 200) int servers,
            @ForAll @IntRange(min = 1, max = 30) int size,
            @ForAll @IntRange(min = 0, max = 1000) int client,
            @ForAll boolean countIsKnown) {
        List<ServiceInstance> all = alike(servers);
        List<ServiceInstance> fewer = new ArrayList<>(all);
        fewer.remove(random.nextInt(servers));
        ClientPlace place = countIsKnown ? ClientPlace.of(client, 1001) : ClientPlace.of(client);
        Set<ServiceInstance> before = subset(SubsetRing.of(all), place, size);
        before.removeAll(subset(SubsetRing.of(fewer), place, size));
        assertThat(before.size()).isLessThanOrEqualTo(2);
    }

    /** Over all servers that may leave, what was on the one that left, and one instance for every second client at most. */
    @Property(tries = 10)
    void movesLittleInAll(@ForAll @IntRange(min = 50, max = 120) int servers, @ForAll boolean countIsKnown) {
        int clients = 100;
        List<ServiceInstance> all = alike(servers);
        int moved = 0;
        for (ServiceInstance left : all) {
            List<ServiceInstance> fewer = new ArrayList<>(all);
            fewer.remove(left);
            SubsetRing before = SubsetRing.of(all);
            SubsetRing after = SubsetRing.of(fewer);
            for (int client = 0; client < clients; client++) {
                ClientPlace place = countIsKnown ? ClientPlace.of(client, clients) : ClientPlace.of(client);
                Set<ServiceInstance> gone = subset(before, place, 10);
                gone.removeAll(subset(after, place, 10));
                moved += gone.size();
            }
        }
        int onThoseThatLeft = 10 * clients;
        assertThat((moved - onThoseThatLeft) / (double) (servers * clients)).isLessThan(countIsKnown ? 0.5 : 0.4);
    }

    /** Of a known number: with an unknown one, nobody's place depends on it. */
    @Property(tries = 100)
    void movesLittleWhenTheNumberOfClientsChanges(
            @ForAll @IntRange(min = 1, max = 100) int servers, @ForAll @IntRange(min = 100, max = 300) int clients) {
        SubsetRing ring = SubsetRing.of(alike(servers));
        for (int client = 0; client < clients; client++) {
            Set<ServiceInstance> before = subset(ring, ClientPlace.of(client, clients), 10);
            before.removeAll(subset(ring, ClientPlace.of(client, clients + 1), 10));
            assertThat(before.size()).isLessThanOrEqualTo(1);
        }
    }

    /** Each subset has its part of every zone, up to a few, as a zone is in the ring once for each priority. */
    @Property(tries = 200)
    void hasItsPartOfEveryZone(
            @ForAll Random random,
            @ForAll @IntRange(min = 1, max = 100) int servers,
            @ForAll @IntRange(min = 1, max = 30) int size,
            @ForAll @IntRange(min = 0, max = 1000) int client) {
        List<ServiceInstance> instances = instances(servers, random);
        Set<ServiceInstance> subset = subset(SubsetRing.of(instances), ClientPlace.of(client), size);
        for (String zone : List.of("a", "b", "c")) {
            double part = (double) count(instances, zone) * subset.size() / servers;
            assertThat((double) count(subset, zone)).isBetween(part - 4, part + 4);
        }
    }

    /** Three zones of one size: of every three neighbours, each is in another zone. */
    @Example
    void alternatesBetweenZonesOfOneSize() {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            instances.add(instance(i).toBuilder()
                    .zone("abc".substring(i % 3, i % 3 + 1))
                    .build());
        }
        List<ServiceInstance> ring = SubsetRing.of(instances).from(ClientPlace.of(5));
        for (int i = 0; i + 3 <= 30; i++) {
            assertThat(ring.subList(i, i + 3).stream()
                            .map(ServiceInstance::zone)
                            .distinct())
                    .hasSize(3);
        }
    }

    private static int unevenness(SubsetRing ring, int clients, int size, IntFunction<ClientPlace> places) {
        Map<ServiceInstance, Integer> connections = new HashMap<>();
        ring.from(ClientPlace.of(0)).forEach(instance -> connections.put(instance, 0));
        for (int client = 0; client < clients; client++) {
            subset(ring, places.apply(client), size).forEach(instance -> connections.merge(instance, 1, Integer::sum));
        }
        return Collections.max(connections.values()) - Collections.min(connections.values());
    }

    private static Set<ServiceInstance> subset(SubsetRing ring, ClientPlace place, int size) {
        return new HashSet<>(ring.from(place).subList(0, Math.min(size, ring.size())));
    }

    private static long count(Iterable<ServiceInstance> instances, String zone) {
        long count = 0;
        for (ServiceInstance instance : instances) {
            count += instance.zone().filter(zone::equals).isPresent() ? 1 : 0;
        }
        return count;
    }

    /** In zones of any size, one in four of a lower priority. */
    private static List<ServiceInstance> instances(int number, Random random) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            String zone = random.nextInt(3) == 0 ? "a" : random.nextInt(3) == 0 ? "b" : "c";
            instances.add(instance(i).toBuilder()
                    .zone(zone)
                    .priority(random.nextInt(4) / 3)
                    .build());
        }
        return instances;
    }

    private static List<ServiceInstance> alike(int number) {
        List<ServiceInstance> instances = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            instances.add(instance(i));
        }
        return instances;
    }

    private static ServiceInstance instance(int number) {
        return ServiceInstance.of("10.0." + number / 256 + "." + number % 256, 80);
    }
}
