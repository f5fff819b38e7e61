package dev.evenkeel.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.testkit.VirtualClock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MirrorTest {

    private final VirtualClock clock = new VirtualClock();
    private final LoadBalancer orders = balancer("orders");
    private final LoadBalancer next = balancer("next");

    private LoadBalancer balancer(String name) {
        return LoadBalancer.builder(name)
                .instances("10.0.0.1:80")
                .random(new Random(42))
                .ticker(clock)
                .scheduler(clock)
                .build();
    }

    @AfterEach
    void close() {
        orders.close();
        next.close();
    }

    private Route route(Mirror mirror, FakeRequest request) {
        return Routes.of(Rule.to(orders).path("/a/**").stripPrefix().mirror(mirror))
                .resolve(request);
    }

    private static int begun(Mirror mirror, int copies) {
        int begun = 0;
        for (int i = 0; i < copies; i++) {
            begun += mirror.begin() ? 1 : 0;
        }
        return begun;
    }

    @Test
    void getsAShareOfTheRequests() {
        Mirror quarter = Mirror.to(next).share(0.25);
        int mirrored = 0;
        for (int i = 0; i < 10_000; i++) {
            mirrored +=
                    route(quarter, FakeRequest.get("http://any/a/b")).mirror().isPresent() ? 1 : 0;
        }
        assertThat(mirrored).isBetween(2_330, 2_670);
        assertThat(route(Mirror.to(next), FakeRequest.get("http://any/a/b")).mirror())
                .isPresent();
        assertThat(route(Mirror.to(next).share(0), FakeRequest.get("http://any/a/b"))
                        .mirror())
                .isEmpty();
    }

    @Test
    void getsTheCopyWithThePathOfTheRequest() {
        Mirror mirror = Mirror.to(next);
        Route route = route(mirror, FakeRequest.get("http://any/a/b"));
        assertThat(route.mirror()).containsSame(mirror);
        assertThat(route.copy()).get().hasToString("next, as /b");
        assertThat(Route.to(orders).copy()).isEmpty();
    }

    @Test
    void getsNoCopyOfACopy() {
        Mirror mirror = Mirror.to(next);
        FakeRequest copy = FakeRequest.get("http://any/a/b").with(Mirror.HEADER, "carts");
        assertThat(route(mirror, copy).mirror()).isEmpty();
        assertThat(mirror.skipped()).isEqualTo(1);
    }

    @Test
    void hasALimitOfCopiesInFlight() {
        Mirror mirror = Mirror.to(next).maxInFlight(2);
        assertThat(begun(mirror, 3)).isEqualTo(2);
        mirror.end(true);
        assertThat(begun(mirror, 3)).isEqualTo(1);
        mirror.end(false);
        assertThat(mirror.inFlight()).isEqualTo(1);
        assertThat(mirror.sent()).isEqualTo(3);
        assertThat(mirror.dropped()).isEqualTo(3);
        assertThat(mirror.failed()).isEqualTo(1);
    }

    @Test
    void hasALimitOfCopiesInASecond() {
        Mirror mirror = Mirror.to(next).maxInFlight(100).maxPerSecond(4);
        assertThat(begun(mirror, 5)).isEqualTo(4);
        clock.advance(Duration.ofMillis(250));
        assertThat(begun(mirror, 2)).isEqualTo(1);
        clock.advance(Duration.ofMillis(249));
        assertThat(begun(mirror, 1)).isZero();
        clock.advance(Duration.ofHours(2)); // past the overflow of the ticker
        assertThat(begun(mirror, 5)).isEqualTo(4);
        assertThat(mirror.inFlight()).isEqualTo(9);
    }

    @Test
    void countsForItselfWhateverItWasMadeOf() {
        Mirror mirror = Mirror.to(next).maxInFlight(1);
        assertThat(mirror.begin()).isTrue();
        assertThat(mirror.share(0.5).begin()).isTrue();
        assertThat(mirror.begin()).isFalse();
    }

    @Test
    void goesByTheStickyKeyOfTheRequestAndNothingElse() {
        Mirror mirror = Mirror.to(next);
        PickRequest said = PickRequest.builder()
                .stickyKey("ada")
                .requireMetadata("version", "1")
                .build();
        assertThat(mirror.pickRequest(said)).isEqualTo(PickRequest.stickyTo("ada"));
        assertThat(mirror.pickRequest(PickRequest.EMPTY)).isSameAs(PickRequest.EMPTY);
    }

    @Test
    void refusesWhatMakesNoSense() {
        Mirror mirror = Mirror.to(next);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mirror.share(1.1))
                .withMessage("share: 1.1 (expected: 0..1)");
        assertThatIllegalArgumentException().isThrownBy(() -> mirror.share(Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mirror.maxInFlight(0))
                .withMessage("maxInFlight: 0 (expected: >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mirror.maxPerSecond(0))
                .withMessage("maxPerSecond: 0 (expected: 1..1000000)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mirror.timeout(Duration.ZERO))
                .withMessage("limit: PT0S (expected: PT0.001S..PT1H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> mirror.stripHeaders("a\r\nb"))
                .withMessageStartingWith("names: ")
                .withMessageNotContaining("\n");
    }
}
