package dev.evenkeel.lb.call;

import static dev.evenkeel.lb.call.FakeService.answer;
import static dev.evenkeel.lb.call.FakeService.hang;
import static dev.evenkeel.lb.call.FakeService.refuse;
import static dev.evenkeel.lb.call.FakeService.reset;
import static dev.evenkeel.lb.call.FakeService.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.discovery.InMemoryRegistry;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.request.StickySession;
import dev.evenkeel.lb.retry.HedgePolicy;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls with several attempts in a session. */
@SuppressWarnings("FutureReturnValueIgnored") // where it is the attempts that count
class SessionCallsTest {

    private final FakeService service = new FakeService(3);
    private final StickySession session = new StickySession();

    @AfterEach
    void nothingIsLeft() {
        assertThat(service.snapshot().inFlight()).isZero();
        assertThat(service.clock.pendingTasks()).isZero();
    }

    private BalancedCall.Builder call() {
        return service.call().pickRequest(PickRequest.inSession(session));
    }

    private CompletableFuture<String> make(FakeService.Reply... replies) {
        CompletableFuture<String> answer = call().build().executeAsync(service.replies(replies));
        service.advance(10_000);
        return answer;
    }

    private Optional<String> place() {
        return session.instanceId("orders");
    }

    @Test
    void itGoesOnWhereItsCallWasAnswered() {
        make(answer(0));
        Optional<String> first = place();
        CompletableFuture<String> answer = make(refuse(), reset(0), answer(0));
        assertThat(place()).isNotEqualTo(first);
        assertThat(answer).isCompletedWithValue("from " + place().orElseThrow());
        assertThat(make(answer(0))).isCompletedWithValue("from " + place().orElseThrow());
    }

    @Test
    void itIsWhereItsCallIsAnsweredAsSoonAsThereIsAHead() {
        make(answer(0));
        Optional<String> first = place();
        CompletableFuture<String> answer = call().build().executeAsync(attempt -> {
            if (attempt.number() == 1) {
                return CompletableFuture.failedFuture(new ConnectException());
            }
            assertThat(place()).isEqualTo(first);
            assertThat(attempt.accept(Outcome.success())).isTrue();
            assertThat(place()).contains(attempt.instance().id()).isNotEqualTo(first);
            return CompletableFuture.completedFuture("ok");
        });
        assertThat(answer).isCompletedWithValue("ok");
    }

    @Test
    void itIsTheSameOnTheThreadOfTheCaller() throws Exception {
        make(answer(0));
        Optional<String> first = place();
        String answer = call().build().<String, IOException>execute(attempt -> {
            if (attempt.number() == 1) {
                throw new ConnectException();
            }
            return attempt.instance().id();
        });
        assertThat(place()).contains(answer).isNotEqualTo(first);
    }

    /** Of two instances, one drains and is gone: that it was there counts no more, but the other one has not been tried. */
    @Test
    void aCallThatFailsWhereItsSessionDrainsIsMadeElsewhere() {
        InMemoryRegistry registry = new InMemoryRegistry();
        registry.register("orders", ServiceInstance.of("10.0.0.1:80"));
        registry.register("orders", ServiceInstance.of("10.0.0.2:80"));
        try (LoadBalancer orders = LoadBalancer.builder("orders")
                .source(registry)
                .ticker(service.clock)
                .scheduler(service.clock)
                .executor(Runnable::run)
                .build()) {
            orders.acquire(PickRequest.inSession(session)).succeeded();
            registry.deregister("orders", place().orElseThrow());
            CompletableFuture<String> answer = BalancedCall.to(orders)
                    .pickRequest(PickRequest.inSession(session))
                    .build()
                    .executeAsync(service.replies(refuse(), answer(0)));
            service.clock.runDue();
            assertThat(answer).isCompletedWithValue("from " + place().orElseThrow());
            assertThat(service.instancesSeen()).hasSize(2).doesNotHaveDuplicates();
            assertThat(orders.snapshot().instances()).hasSize(1);
        }
    }

    @Test
    void itStaysWhereNothingWasAnsweredAnywhere() {
        make(answer(0));
        Optional<String> first = place();
        assertThat(make(refuse())).isCompletedExceptionally();
        assertThat(service.instancesSeen()).hasSize(4);
        assertThat(place()).isEqualTo(first);
    }

    @Test
    void itGoesOnWhereItWasTurnedAwayAsTheLastOfAll() {
        make(answer(0));
        CompletableFuture<String> answer = make(unavailable(0, 0));
        assertThat(answer).isCompletedWithValue("503 from " + place().orElseThrow());
    }

    /** No other instance knows of the session. */
    @Test
    void itsCallsAreNotHedged() {
        CompletableFuture<String> answer =
                call().hedging(HedgePolicy.after(Duration.ofMillis(20))).build().executeAsync(service.replies(hang()));
        service.advance(10_000);
        assertThat(service.seen).hasSize(1);
        answer.cancel(false);
    }
}
