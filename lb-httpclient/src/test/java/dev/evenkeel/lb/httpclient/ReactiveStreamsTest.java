package dev.evenkeel.lb.httpclient;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.evenkeel.lb.LoadBalancer;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.example.unicast.AsyncIterablePublisher;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.SkipException;
import org.testng.annotations.AfterClass;
import org.testng.annotations.BeforeClass;
import org.testng.annotations.BeforeMethod;
import org.testng.annotations.Test;

/**
 * The technology compatibility kit of Reactive Streams, for everything that stands between the client and the caller of a
 * body: as the subscriber that it is for the client, and as the publisher that it is for the caller's subscriber.
 */
class ReactiveStreamsTest {

    private static final long PATIENCE_MILLIS = 5_000;
    private static final long SILENCE_MILLIS = 50;

    private static ExecutorService executor;
    private static LoadBalancer orders;
    private static Leg leg;

    @BeforeAll
    static void open() throws Exception {
        executor = Executors.newFixedThreadPool(4);
        orders = LoadBalancer.builder("orders").instances("127.0.0.1:80").build();
        leg = Legs.to(orders);
    }

    @AfterAll
    static void close() {
        executor.shutdownNow();
        orders.close();
    }

    @TestFactory
    Stream<DynamicTest> theSubscriberOfABody() {
        return verify(() -> new SubscriberVerification(false));
    }

    @TestFactory
    Stream<DynamicTest> theSubscriberOfABodyWithATimeLimit() {
        return verify(() -> new SubscriberVerification(true));
    }

    @TestFactory
    Stream<DynamicTest> thePublisherOfABody() {
        return verify(() -> new PublisherVerification(false));
    }

    @TestFactory
    Stream<DynamicTest> thePublisherOfABodyWithATimeLimit() {
        return verify(() -> new PublisherVerification(true));
    }

    /** Of an attempt that goes on for as long as the test does. */
    private static <T> BodySubscriber<T> subscriber(BodyHandler<T> handler, boolean timeable) {
        AtomicReference<BodySubscriber<T>> made = new AtomicReference<>();
        var unused = leg.call().build().executeAsync(attempt -> {
            made.set(new LeasedCall<>(leg, attempt, handler, timeable).apply(new Head()));
            return new CompletableFuture<>();
        });
        return made.get();
    }

    private static List<ByteBuffer> element(long number) {
        return List.of(ByteBuffer.wrap(new byte[] {(byte) number}));
    }

    private static final class SubscriberVerification extends FlowSubscriberBlackboxVerification<List<ByteBuffer>> {

        private final boolean timeable;

        SubscriberVerification(boolean timeable) {
            super(new TestEnvironment(PATIENCE_MILLIS, SILENCE_MILLIS));
            this.timeable = timeable;
        }

        @Override
        public Flow.Subscriber<List<ByteBuffer>> createFlowSubscriber() {
            return subscriber(head -> BodySubscribers.mapping(BodySubscribers.ofByteArray(), bytes -> bytes), timeable);
        }

        @Override
        public List<ByteBuffer> createElement(int number) {
            return element(number);
        }
    }

    private static final class PublisherVerification extends FlowPublisherVerification<List<ByteBuffer>> {

        private final boolean timeable;

        PublisherVerification(boolean timeable) {
            super(new TestEnvironment(PATIENCE_MILLIS, SILENCE_MILLIS));
            this.timeable = timeable;
        }

        @Override
        public Flow.Publisher<List<ByteBuffer>> createFlowPublisher(long elements) {
            Iterable<List<ByteBuffer>> source = () -> LongStream.range(0, elements)
                    .mapToObj(ReactiveStreamsTest::element)
                    .iterator();
            Flow.Publisher<List<ByteBuffer>> publisher =
                    FlowAdapters.toFlowPublisher(new AsyncIterablePublisher<>(source, executor));
            return caller -> publisher.subscribe(between(caller));
        }

        @Override
        public Flow.Publisher<List<ByteBuffer>> createFailedFlowPublisher() {
            return caller -> {
                Flow.Subscriber<List<ByteBuffer>> between = between(caller);
                between.onSubscribe(new NoSubscription());
                between.onError(new IllegalStateException("broken"));
            };
        }

        private Flow.Subscriber<List<ByteBuffer>> between(Flow.Subscriber<? super List<ByteBuffer>> caller) {
            return subscriber(BodyHandlers.fromSubscriber(caller), timeable);
        }
    }

    /** Nobody publishes to it. */
    private static final class NoSubscription implements Flow.Subscription {

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }

    /** The kit is written for TestNG; a test that it skips is for something optional. */
    private static Stream<DynamicTest> verify(Supplier<?> verification) {
        return Arrays.stream(verification.get().getClass().getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .sorted(Comparator.comparing(Method::getName))
                .map(method -> dynamicTest(method.getName(), () -> run(verification.get(), method)));
    }

    private static void run(Object verification, Method method) throws Throwable {
        try {
            runAll(BeforeClass.class, verification);
            runAll(BeforeMethod.class, verification);
            method.invoke(verification);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause() instanceof SkipException skipped
                    ? new TestAbortedException(skipped.getMessage())
                    : thrown.getCause();
        } finally {
            runAll(AfterClass.class, verification);
        }
    }

    private static void runAll(Class<? extends Annotation> when, Object verification) throws Exception {
        for (Method method : verification.getClass().getMethods()) {
            if (method.isAnnotationPresent(when)) {
                method.invoke(verification);
            }
        }
    }
}
