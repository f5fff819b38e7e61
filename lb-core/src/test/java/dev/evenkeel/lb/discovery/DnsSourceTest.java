package dev.evenkeel.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.net.InetAddresses;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DnsSourceTest {

    private static final Duration INTERVAL = Duration.ofSeconds(30);

    private final VirtualClock clock = new VirtualClock();
    private final RecordingSink sink = new RecordingSink(clock);
    private List<String> answer = List.of();
    private Subscription subscription = () -> {};

    @AfterEach
    void endTheSubscription() {
        subscription.close();
        assertThat(clock.pendingTasks()).isZero();
    }

    private void subscribe() {
        subscription = new DnsSource("orders.internal", 80, INTERVAL, this::resolve).subscribe(sink);
    }

    private InetAddress[] resolve(String host) throws UnknownHostException {
        if (answer == null) {
            throw new UnknownHostException(host);
        }
        return answer.stream().map(InetAddresses::forString).toArray(InetAddress[]::new);
    }

    /** What the source delivers next. */
    private String next() {
        sink.takeHeard();
        while (sink.heard.isEmpty()) {
            clock.advance(Duration.ofSeconds(1));
        }
        return sink.heard.get(0);
    }

    @Test
    void deliversEveryAddress() {
        answer = List.of("10.0.0.1", "fd00::1", "10.0.0.2");
        subscribe();
        assertThat(sink.heard).containsExactly("[10.0.0.1:80, [fd00::1]:80, 10.0.0.2:80]");
    }

    @Test
    void keepsAnAddressThatIsMissingFromTwoAnswers() {
        answer = List.of("10.0.0.1", "10.0.0.2");
        subscribe();
        answer = List.of("10.0.0.2", "10.0.0.3");
        assertThat(next()).isEqualTo("[10.0.0.1:80, 10.0.0.2:80, 10.0.0.3:80]");
        assertThat(next()).isEqualTo("[10.0.0.1:80, 10.0.0.2:80, 10.0.0.3:80]");
        assertThat(next()).isEqualTo("[10.0.0.2:80, 10.0.0.3:80]");
    }

    @Test
    void startsToCountAgainWhenAnAddressIsBack() {
        answer = List.of("10.0.0.1", "10.0.0.2");
        subscribe();
        for (int i = 0; i < 10; i++) {
            answer = i % 3 == 2 ? List.of("10.0.0.1") : List.of("10.0.0.2");
            assertThat(next()).isEqualTo("[10.0.0.1:80, 10.0.0.2:80]");
        }
    }

    /** Nine addresses of which each answer has four, chosen so that none is missing three times in a row. */
    @Test
    void doesNotChurnUnderRotatingAnswers() {
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= 9; i++) {
            all.add("10.0.0." + i);
        }
        answer = all;
        subscribe();
        for (int round = 0; round < 100; round++) {
            Collections.rotate(all, 4);
            answer = all.subList(0, 4);
            String list = next();
            for (String address : all) {
                assertThat(list).contains(address + ":80");
            }
        }
    }

    @Test
    void theOrderOfAnAnswerChangesNothing() {
        List<String> all = new ArrayList<>(List.of("10.0.0.1", "10.0.0.2", "10.0.0.3"));
        answer = all;
        subscribe();
        Random random = new Random(1);
        for (int i = 0; i < 10; i++) {
            Collections.shuffle(all, random);
            assertThat(next()).isEqualTo("[10.0.0.1:80, 10.0.0.2:80, 10.0.0.3:80]");
        }
    }

    @Test
    void aFailureIsNoAnswer() {
        answer = List.of("10.0.0.1", "10.0.0.2");
        subscribe();
        answer = null;
        clock.advance(Duration.ofHours(1));
        assertThat(sink.heard).contains("failed java.net.UnknownHostException: orders.internal");
        answer = List.of("10.0.0.1");
        clock.advance(Duration.ofMinutes(2));
        assertThat(sink.heard.stream()
                        .filter(heard -> heard.startsWith("["))
                        .skip(1)
                        .findFirst())
                .contains("[10.0.0.1:80, 10.0.0.2:80]");
    }

    @Test
    void noAddressesAreAFailure() {
        subscribe();
        assertThat(sink.heard).containsExactly("failed java.net.UnknownHostException: orders.internal: no address");
    }

    @Test
    void forgetsTheZoneOfAnAddress() throws UnknownHostException {
        byte[] linkLocal = InetAddresses.forString("fe80::1").getAddress();
        InetAddress scoped = Inet6Address.getByAddress(null, linkLocal, 1);
        subscription =
                new DnsSource("orders.internal", 80, INTERVAL, host -> new InetAddress[] {scoped}).subscribe(sink);
        assertThat(sink.heard).containsExactly("[[fe80::1]:80]");
    }

    @Test
    void asksTheJvm() {
        subscription = InstanceSource.dns("127.0.0.1", 80, INTERVAL).subscribe(sink);
        assertThat(sink.heard).containsExactly("[127.0.0.1:80]");
    }

    @Test
    void refusesNonsense() {
        for (String host : Arrays.asList("", " ", "a\nb", "x".repeat(300), "http://a", "a:80", "a b", "u@a", "[::1]")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> InstanceSource.dns(host, 80, INTERVAL))
                    .withMessageStartingWith("host: ")
                    .withMessageEndingWith(" (expected: the name of a host, without scheme, port or path)");
        }
        for (String host : List.of("a", "_a._tcp.b.", "b\u00fccher.example", "10.0.0.1", "fd00::1")) {
            assertThat(InstanceSource.dns(host, 80, INTERVAL)).hasToString("DNS " + host + ":80 every PT30S");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InstanceSource.dns("a", 0, INTERVAL))
                .withMessage("port: 0 (expected: 1..65535)");
    }
}
