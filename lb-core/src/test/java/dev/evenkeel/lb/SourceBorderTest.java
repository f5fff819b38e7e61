package dev.evenkeel.lb;

import static dev.evenkeel.lb.TestBalancers.ONE;
import static dev.evenkeel.lb.TestBalancers.THREE;
import static dev.evenkeel.lb.TestBalancers.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.net.InetAddress;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a source delivers: what is unfit is left out or refused, and everything else is untouched. */
class SourceBorderTest {

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedSource source = new ScriptedSource();
    private final LoadBalancer orders =
            TestBalancers.builder(clock).source(source).build();

    @AfterEach
    void close() {
        orders.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private List<String> ids() {
        return orders.snapshot().instances().stream().map(InstanceSnapshot::id).toList();
    }

    static Stream<List<ServiceInstance>> brokenLists() {
        return Stream.of(
                null,
                new BrokenList() {
                    @Override
                    public Iterator<ServiceInstance> iterator() {
                        throw new IllegalStateException("iterator");
                    }
                },
                new BrokenList() {
                    @Override
                    public ServiceInstance get(int index) {
                        throw new IllegalStateException("get");
                    }
                },
                new BrokenList() {
                    @Override
                    public int size() {
                        throw new IllegalStateException("size");
                    }
                },
                new ArrayList<>(List.of(ONE, TWO, THREE)) {
                    @Override
                    public Iterator<ServiceInstance> iterator() {
                        Iterator<ServiceInstance> iterator = super.iterator();
                        add(ONE); // by somebody else, while it is read
                        return iterator;
                    }
                });
    }

    @ParameterizedTest
    @MethodSource("brokenLists")
    void aListThatCannotBeReadIsAFailure(List<ServiceInstance> broken) {
        source.deliver(ONE);
        source.sink().update(broken);
        assertThat(ids()).containsExactly(ONE.id());
        assertThat(orders.snapshot().sourceFailure()).isPresent();
        source.deliver(TWO);
        assertThat(ids()).containsExactly(TWO.id());
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
    }

    @Test
    void otherNullsAreFailures() {
        source.deliver(ONE, TWO);
        source.sink().left(null);
        assertThat(orders.snapshot().sourceFailure()).contains("NullPointerException: instanceId");
        source.sink().failed(null);
        assertThat(orders.snapshot().sourceFailure()).contains("NullPointerException: cause");
        assertThat(ids()).containsExactly(ONE.id(), TWO.id());
        source.deliver(ONE);
        assertThat(ids()).containsExactly(ONE.id());
        assertThat(orders.snapshot().sourceFailure()).isEmpty();
    }

    @Test
    void isCopied() {
        List<ServiceInstance> list = new ArrayList<>(List.of(ONE));
        source.sink().update(list);
        list.set(0, TWO);
        source.sink().left("nobody");
        assertThat(ids()).containsExactly(ONE.id());
    }

    @Test
    void nullsAreIgnoredAndCounted() {
        source.sink().update(Arrays.asList(null, ONE, null));
        assertThat(ids()).containsExactly(ONE.id());
        assertThat(orders.snapshot().ignoredEntries()).isEqualTo(2);
        source.deliver(ONE);
        assertThat(orders.snapshot().ignoredEntries()).isZero();
    }

    @Test
    void nothingButNullsIsAnEmptyList() {
        source.deliver(ONE);
        source.sink().update(Arrays.asList(null, null));
        assertThat(ids()).containsExactly(ONE.id());
        assertThat(orders.snapshot().sourceFailure()).isPresent();
    }

    @Test
    void aListThatNeverEndsIsCutOff() {
        AtomicInteger made = new AtomicInteger();
        List<ServiceInstance> endless = new BrokenList() {
            @Override
            public int size() {
                return Integer.MAX_VALUE;
            }

            @Override
            public ServiceInstance get(int index) {
                made.incrementAndGet();
                return index == 5 ? ONE : null;
            }
        };
        source.sink().update(endless);
        assertThat(ids()).containsExactly(ONE.id());
        assertThat(made).hasValue(ListBorder.MAX_INSTANCES + 1);
        assertThat(orders.snapshot().ignoredEntries()).isEqualTo(Integer.MAX_VALUE - 1);
    }

    @Test
    void asManyAsAreAllowedAreLetIn() {
        ListBorder border = new ListBorder(address -> true);
        List<ServiceInstance> list = new ArrayList<>();
        for (int i = 0; i < ListBorder.MAX_INSTANCES; i++) {
            list.add(ServiceInstance.of("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), 80));
        }
        assertThat(border.admit(list).ignored()).isZero();
        list.add(ONE);
        list.add(TWO);
        ListBorder.Admitted admitted = border.admit(list);
        assertThat(admitted.instances()).isEqualTo(list.subList(0, ListBorder.MAX_INSTANCES));
        assertThat(admitted.ignored()).isEqualTo(2);
        assertThat(admitted.why()).isEqualTo("more than 100000 entries");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "0.0.0.0",
                "224.0.0.1",
                "239.255.255.255",
                "255.255.255.255",
                "fe80::1",
                "::",
                "ff02::1",
                "::ffff:169.254.169.254",
                "::ffff:a9fe:a9fe",
                "FE80:0::1",
                "169.254.169.254."
            })
    void addressesThatMeanNoOtherMachineAreIgnored(String host) {
        source.deliver(ONE, ServiceInstance.of(host, 80));
        assertThat(ids()).containsExactly(ONE.id());
        assertThat(orders.snapshot().ignoredEntries()).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestBalancers.builder(clock)
                        .instances(List.of(ONE, ServiceInstance.of(host, 80)))
                        .build())
                .withMessageStartingWith("instances: ")
                .withMessageEndingWith(":80 (expected: an address that is accepted)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "fd00::1", "2001:db8::1", "8.8.8.8", "localhost"})
    void otherAddressesAndNamesAreLetIn(String host) {
        source.deliver(ServiceInstance.of(host, 80));
        assertThat(ids()).hasSize(1);
    }

    @Test
    void whoeverKnowsBetterSaysWhichAddressesAreAccepted() {
        ScriptedSource other = new ScriptedSource();
        LoadBalancer strict = TestBalancers.builder(clock)
                .source(other)
                .acceptAddresses(InetAddress::isLinkLocalAddress)
                .build();
        ServiceInstance linkLocal = ServiceInstance.of("169.254.1.1", 80);
        other.deliver(ONE, linkLocal);
        assertThat(strict.snapshot().instances())
                .extracting(InstanceSnapshot::instance)
                .containsExactly(linkLocal);
    }

    @Test
    void anAddressThatCannotBeJudgedIsNotAccepted() {
        ScriptedSource other = new ScriptedSource();
        LoadBalancer unsure = TestBalancers.builder(clock)
                .source(other)
                .acceptAddresses(address -> {
                    if (address.getAddress()[3] == 1) {
                        throw new IllegalStateException("expected");
                    }
                    return true;
                })
                .build();
        other.deliver(ONE, TWO);
        assertThat(unsure.snapshot().instances())
                .extracting(InstanceSnapshot::instance)
                .containsExactly(TWO);
    }

    @Test
    void aRefusedPickTellsOfIgnoredEntries() {
        source.deliver(ServiceInstance.of("169.254.1.1", 80));
        assertThatExceptionOfType(NoInstanceAvailableException.class)
                .isThrownBy(orders::acquire)
                .withMessageEndingWith("(0 known; entries of the list that were ignored: 1)");
    }

    @Test
    void aFaultThatIsRepeatedIsLoggedOnce() {
        try (CapturedLog log = CapturedLog.start()) {
            for (int i = 0; i < 1000; i++) {
                source.sink().update(Arrays.asList(ONE, null, null));
            }
            assertThat(log.lines())
                    .filteredOn(line -> line.contains("ignored"))
                    .singleElement()
                    .asString()
                    .endsWith("orders: 2 entries of the list are ignored, for instance: null");
        }
    }

    private static class BrokenList extends AbstractList<ServiceInstance> {

        @Override
        public ServiceInstance get(int index) {
            return ONE;
        }

        @Override
        public int size() {
            return 3;
        }
    }
}
