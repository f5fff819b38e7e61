package dev.evenkeel.lb.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PickRequestTest {

    private static final StickySession SESSION = new StickySession();

    private static final PickRequest FULL = PickRequest.builder()
            .stickyKey("secret-user")
            .session(SESSION)
            .avoid(List.of("a"))
            .only("b")
            .requireMetadata("version", "2")
            .attribute("route", 7)
            .build();

    @Test
    void saysNothingWhenEmpty() {
        assertThat(PickRequest.EMPTY.stickyKey()).isEmpty();
        assertThat(PickRequest.EMPTY.session()).isEmpty();
        assertThat(PickRequest.EMPTY.avoided()).isEmpty();
        assertThat(PickRequest.EMPTY.preferred()).isEmpty();
        assertThat(PickRequest.EMPTY.anotherWillDo()).isTrue();
        assertThat(PickRequest.EMPTY.requiredMetadata()).isEmpty();
        assertThat(PickRequest.EMPTY.attributes()).isEmpty();
        assertThat(PickRequest.builder().build()).isEqualTo(PickRequest.EMPTY);
    }

    @Test
    void keepsWhatItWasTold() {
        assertThat(FULL.stickyKey()).contains("secret-user");
        assertThat(FULL.session()).contains(SESSION);
        assertThat(FULL.avoided()).containsExactly("a");
        assertThat(FULL.preferred()).contains("b");
        assertThat(FULL.anotherWillDo()).isFalse();
        assertThat(FULL.requiredMetadata()).containsEntry("version", "2");
        assertThat(FULL.attribute("route", Integer.class)).contains(7);
        assertThat(FULL.attribute("route", String.class)).isEmpty();
        assertThat(FULL.attribute("other", String.class)).isEmpty();
        assertThat(FULL.toBuilder().build()).isEqualTo(FULL).hasSameHashCodeAs(FULL);
        assertThat(FULL.toBuilder().prefer("b").build().anotherWillDo()).isTrue();
        assertThat(PickRequest.stickyTo("k"))
                .isEqualTo(PickRequest.builder().stickyKey("k").build());
        assertThat(PickRequest.inSession(SESSION))
                .isEqualTo(PickRequest.builder().session(SESSION).build())
                .isNotEqualTo(PickRequest.inSession(new StickySession()));
    }

    @Test
    void doesNotShowWhatMayBePrivate() {
        assertThat(FULL.toString()).doesNotContain("secret-user").contains("sticky=true", "version", "route");
    }
}
