package dev.evenkeel.lb.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstanceLinesTest {

    private static List<ServiceInstance> parse(String text) {
        return InstanceLines.parse(text.getBytes(StandardCharsets.UTF_8), "file", "orders");
    }

    @Test
    void readsEveryProperty() {
        assertThat(parse("orders [fd00::2]:8080\tid=orders-2 weight=0.5 zone=a priority=1"
                        + " startTime=2030-01-31T12:00:00Z metadata.version=7 metadata.a=b=c"))
                .containsExactly(ServiceInstance.builder("fd00::2", 8080)
                        .id("orders-2")
                        .weight(0.5)
                        .zone("a")
                        .priority(1)
                        .startTime(Instant.parse("2030-01-31T12:00:00Z"))
                        .metadata(Map.of("version", "7", "a", "b=c"))
                        .build());
    }

    @Test
    void ignoresCommentsBlankLinesAndEndsOfLinesOfAnyKind() {
        assertThat(
                        parse(
                                "\ufeff# all of them\r\n\r\n  \t\n orders a:1 #id=x\rorders b:2 id=#2\r\nOrders. c:3 zone=1#\n"))
                .extracting(ServiceInstance::toString)
                .containsExactly("a:1", "#2 at b:2", "c:3");
    }

    @Test
    void knowsOnlyItsService() {
        assertThat(parse("billing a:1\norders b:2\norders2 c:3\n"))
                .extracting(ServiceInstance::id)
                .containsExactly("b:2");
        assertThat(parse("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            orders                      | line: orders (expected: a service, a host:port and, if need be, properties)
            10.0.0.1:80 orders          | hostAndPort: orders (expected: host:port, with brackets around an IPv6 address)
            orders a                    | hostAndPort: a (expected: host:port, with brackets around an IPv6 address)
            orders a:0                  | port: 0 (expected: 1..65535)
            order_s a:1                 | service: order_s (expected: a name that can be the host of a URL
            orders a:1 b:2              | property: b:2 (expected: name=value)
            orders a:1 wieght=2         | property: wieght (expected: id, weight, zone, priority, startTime or metadata.<name>)
            orders a:1 weight=x         | weight: x (expected: a number)
            orders a:1 weight=-1        | weight: -1.0 (expected: >= 0 and finite)
            orders a:1 weight=NaN       | weight: NaN (expected: >= 0 and finite)
            orders a:1 priority=1.5     | priority: 1.5 (expected: a number)
            orders a:1 id=              | id: "" (expected: not blank)
            orders a:1 startTime=today  | startTime: today (expected: a time such as 2030-01-31T12:00:00Z)
            orders a:1 zone=a zone=b    | property: zone=b (expected: zone once)
            billing a:0                 | port: 0 (expected: 1..65535)
            """)
    void saysWhichLineIsBrokenAndHow(String line, String fault) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parse("# one\norders ok:1\n" + line + "\norders ok:2\n"))
                .withMessageStartingWith("file:3: " + fault);
    }

    @Test
    void saysThatBytesAreNoText() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InstanceLines.parse(new byte[] {'o', (byte) 0xff}, "file", "orders"))
                .withMessage("file: not text in UTF-8");
    }
}
