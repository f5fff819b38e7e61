package dev.evenkeel.lb.httpclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.Outcome.Kind;
import dev.evenkeel.lb.retry.RetryPolicy;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LeasedCallTest {

    /** The client of the JDK may complete a response before it subscribes to a body that nobody waits for. */
    @Test
    void endsABodyThatBeginsWhenTheCallerHasGone() throws Exception {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances("127.0.0.1:80").build()) {
            LeasedCall<InputStream> exchange = answered(orders);
            assertThat(orders.snapshot().inFlight()).isEqualTo(1);
            exchange.close();
            assertThat(orders.snapshot().inFlight()).isZero();
            assertThat(orders.snapshot().instance("127.0.0.1:80").outcomes(Kind.SUCCESS))
                    .isEqualTo(1);

            AtomicBoolean cancelled = new AtomicBoolean();
            exchange.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {
                    throw new AssertionError("nobody reads it");
                }

                @Override
                public void cancel() {
                    cancelled.set(true);
                }
            });
            assertThat(cancelled).isTrue();
        }
    }

    /** It wakes no thread to ask its own subscribers for what they have. */
    @Test
    void letsTheClientHaveItsOwnSubscriberIfThatHandsTheBodyOverAsAWhole() throws Exception {
        RetryPolicy patient = RetryPolicy.defaults();
        assertThat(isLeftToTheClient(BodyHandlers.ofString(), patient)).isTrue();
        assertThat(isLeftToTheClient(BodyHandlers.discarding(), patient)).isTrue();
        assertThat(isLeftToTheClient(BodyHandlers.ofInputStream(), patient)).isFalse();
    }

    @Test
    void knowsWhenABodyHasEndedWhoseTimeIsLimited() throws Exception {
        RetryPolicy brief =
                RetryPolicy.builder().attemptTimeout(Duration.ofSeconds(1)).build();
        assertThat(isLeftToTheClient(BodyHandlers.ofString(), brief)).isFalse();
    }

    private static boolean isLeftToTheClient(BodyHandler<?> handler, RetryPolicy retries) throws Exception {
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances("127.0.0.1:80").build()) {
            Leg leg = Legs.to(orders);
            return leg.call().retries(retries).build().execute(attempt -> {
                LeasedCall<?> exchange = new LeasedCall<>(leg, attempt, handler, false);
                boolean left = exchange.apply(new Head()) != exchange;
                exchange.close();
                return left;
            });
        }
    }

    /** A call with the head of its response, and no body yet. */
    private static LeasedCall<InputStream> answered(LoadBalancer orders) throws Exception {
        Leg leg = Legs.to(orders);
        return leg.call()
                .build()
                .executeAsync(attempt -> {
                    LeasedCall<InputStream> exchange =
                            new LeasedCall<>(leg, attempt, BodyHandlers.ofInputStream(), false);
                    var unused = exchange.apply(new Head());
                    return CompletableFuture.completedFuture(exchange);
                })
                .get();
    }
}
