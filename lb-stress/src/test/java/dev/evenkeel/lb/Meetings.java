package dev.evenkeel.lb;

import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;

/** Lets the two actors of a stress test meet, over and over, each time on a new state. */
final class Meetings {

    private static final int ROUNDS = 40;
    private static final int STATES = 250;

    /** Where threads have to wait for a processor, fewer rounds have to do. */
    private static final long ENOUGH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int SPINS = 1_000;

    private final Constructor<?> newState;
    private final List<Method> actors;
    private final List<Method> arbiters;
    private final Constructor<?> newResult;

    Meetings(Class<?> test) throws NoSuchMethodException {
        newState = test.getConstructor();
        actors = annotated(test, Actor.class);
        arbiters = annotated(test, Arbiter.class);
        if (actors.size() != 2) {
            throw new IllegalArgumentException(test + ": " + actors.size() + " actors (expected: 2)");
        }
        newResult = actors.stream()
                .map(Meetings::resultType)
                .filter(type -> type != Void.class)
                .findFirst()
                .orElseGet(() -> resultType(arbiters.get(0)))
                .getConstructor();
    }

    /** All that came of them. */
    Set<String> outcomes() throws Exception {
        Set<String> outcomes = new HashSet<>();
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            long begun = System.nanoTime();
            for (int round = 0; round < ROUNDS && System.nanoTime() - begun < ENOUGH_NANOS; round++) {
                round(other, outcomes);
            }
        } finally {
            other.shutdownNow();
        }
        return outcomes;
    }

    private void round(ExecutorService other, Set<String> outcomes) throws Exception {
        Object[] states = new Object[STATES];
        Object[] results = new Object[STATES];
        for (int i = 0; i < STATES; i++) {
            states[i] = newState.newInstance();
            results[i] = newResult.newInstance();
        }
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        Future<?> one = other.submit(() -> act(actors.get(0), states, results, first, second));
        act(actors.get(1), states, results, second, first);
        one.get();
        for (int i = 0; i < STATES; i++) {
            for (Method arbiter : arbiters) {
                invoke(arbiter, states[i], results[i]);
            }
            outcomes.add(results[i].toString());
        }
    }

    /** Both begin with the same state at about the same time. */
    @SuppressWarnings("ThreadPriorityCheck") // gives way where there is one processor for both
    private static void act(Method actor, Object[] states, Object[] results, AtomicInteger here, AtomicInteger there) {
        try {
            for (int i = 0; i < states.length; i++) {
                here.set(i + 1);
                for (int spins = 0; there.get() <= i; spins++) {
                    if (spins < SPINS) {
                        Thread.onSpinWait();
                    } else {
                        Thread.yield();
                    }
                }
                invoke(actor, states[i], results[i]);
            }
        } finally {
            here.set(Integer.MAX_VALUE); // the other one need not wait for one that threw
        }
    }

    private static void invoke(Method method, Object state, Object result) {
        try {
            if (method.getParameterCount() == 0) {
                method.invoke(state);
            } else {
                method.invoke(state, result);
            }
        } catch (InvocationTargetException thrown) {
            throw new AssertionError(method + " threw", thrown.getCause());
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Class<?> resultType(Method method) {
        return method.getParameterCount() == 0 ? Void.class : method.getParameterTypes()[0];
    }

    private static List<Method> annotated(Class<?> test, Class<? extends Annotation> annotation) {
        return Arrays.stream(test.getMethods())
                .filter(method -> method.isAnnotationPresent(annotation))
                .toList();
    }
}
