package dev.evenkeel.lb.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ServiceInstanceProperties {

    /** The adapters put the host into a URI; one that a URI cannot hold must not get that far. */
    @Property
    void whateverIsAcceptedFitsIntoAUri(@ForAll String host, @ForAll @IntRange(min = 1, max = 65535) int port) {
        ServiceInstance instance;
        try {
            instance = ServiceInstance.of(host, port);
        } catch (IllegalArgumentException refused) {
            assertThat(refused).hasMessageStartingWith("host: ");
            return;
        }
        URI uri = URI.create("http://" + instance.hostPort() + "/x");
        assertThat(uri.getHost()).isNotNull();
        assertThat(uri.getPort()).isEqualTo(port);
        assertThat(ServiceInstance.of(instance.hostPort())).isEqualTo(instance);
        assertThat(instance.toBuilder().build()).isEqualTo(instance);
    }

    @Property
    void namesOfUsualCharactersFitIntoAUriOrAreRefused(
            @ForAll
                    @net.jqwik.api.constraints.Chars({'a', 'Z', '0', '9', '-', '.', '_', ':', '[', ']', '%', '\u00fc'})
                    @net.jqwik.api.constraints.StringLength(min = 1, max = 12)
                    String host) {
        whateverIsAcceptedFitsIntoAUri(host, 8080);
    }

    /** In the letters of ASCII they are longer. */
    @Property
    void longNamesOfOtherLettersFitIntoAUriOrAreRefused(
            @ForAll @Size(min = 1, max = 80) List<
                                    @net.jqwik.api.constraints.Chars({'a', '\u00fc', '\u4e2d'})
                                    @net.jqwik.api.constraints.StringLength(min = 1, max = 2) String>
                            labels) {
        whateverIsAcceptedFitsIntoAUri(String.join(".", labels), 80);
    }

    @Property
    void everyIpv4AddressIsItsOwnCanonicalForm(@ForAll @Size(4) byte[] bytes) {
        String host = (bytes[0] & 0xff) + "." + (bytes[1] & 0xff) + "." + (bytes[2] & 0xff) + "." + (bytes[3] & 0xff);
        ServiceInstance instance = ServiceInstance.of(host + ":80");
        assertThat(instance.host()).isEqualTo(host);
        assertThat(ServiceInstance.of(instance.hostPort())).isEqualTo(instance);
    }

    @Property
    void everyIpv6AddressReadsBackAsItself(@ForAll @Size(8) short[] groups) {
        StringBuilder host = new StringBuilder();
        for (short group : groups) {
            host.append(host.isEmpty() ? "" : ":").append(Integer.toHexString(group & 0xffff));
        }
        ServiceInstance instance = ServiceInstance.of("[" + host + "]:80");
        assertThat(ServiceInstance.of(instance.hostPort())).isEqualTo(instance);
        assertThat(ServiceInstance.of(instance.host(), 80)).isEqualTo(instance);
    }
}
