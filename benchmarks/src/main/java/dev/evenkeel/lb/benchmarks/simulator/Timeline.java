package dev.evenkeel.lb.benchmarks.simulator;

import dev.evenkeel.lb.time.Cancellable;
import dev.evenkeel.lb.time.Scheduler;
import dev.evenkeel.lb.time.Ticker;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time: the events of a simulation, one after the other, each with the clock at its time. Those of the same time
 * happen in the order in which they were entered. For one thread.
 *
 * <p>A binary heap over arrays of numbers, as there are millions of events.
 */
final class Timeline implements Ticker, Scheduler {

    private long[] times = new long[1024];
    private long[] numbers = new long[1024];
    private @Nullable Runnable[] events = new Runnable[1024];
    private int size;

    private long entered;
    private long now;

    /** Since the begin of the simulation. */
    @Override
    public long nanos() {
        return now;
    }

    /** Lets this happen so much later; what is due already, next. */
    void after(long delayNanos, Runnable event) {
        if (size == times.length) {
            times = Arrays.copyOf(times, 2 * size);
            numbers = Arrays.copyOf(numbers, 2 * size);
            events = Arrays.copyOf(events, 2 * size);
        }
        long time = now + Math.max(0, delayNanos);
        long number = entered++;
        int place = size++;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (times[parent] <= time) { // those that are there were entered before
                break;
            }
            move(parent, place);
            place = parent;
        }
        put(place, time, number, event);
    }

    @Override
    public Cancellable schedule(Runnable task, Duration delay) {
        Task scheduled = new Task(task);
        after(delay.toNanos(), scheduled);
        return scheduled;
    }

    /** How many events wait for their time, cancelled ones included. */
    int size() {
        return size;
    }

    /** Lets everything happen that is due by then. */
    void runUntil(long time) {
        while (size > 0 && times[0] <= time) {
            Runnable event = removeFirst();
            if (event != null) {
                event.run();
            }
        }
        now = time;
    }

    private @Nullable Runnable removeFirst() {
        now = times[0];
        Runnable first = events[0];
        int last = --size;
        long time = times[last];
        long number = numbers[last];
        Runnable event = events[last];
        events[last] = null;
        int place = 0;
        for (int child = 1; child < last; child = 2 * place + 1) {
            if (child + 1 < last && isBefore(child + 1, times[child], numbers[child])) {
                child++;
            }
            if (!isBefore(child, time, number)) {
                break;
            }
            move(child, place);
            place = child;
        }
        put(place, time, number, event);
        if (last == 0) {
            events[0] = null;
        }
        return first;
    }

    private boolean isBefore(int place, long time, long number) {
        return times[place] < time || (times[place] == time && numbers[place] < number);
    }

    private void move(int from, int to) {
        put(to, times[from], numbers[from], events[from]);
    }

    private void put(int place, long time, long number, @Nullable Runnable event) {
        times[place] = time;
        numbers[place] = number;
        events[place] = event;
    }

    private static final class Task implements Runnable, Cancellable {

        private @Nullable Runnable task;

        Task(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            Runnable due = task;
            task = null;
            if (due != null) {
                due.run();
            }
        }

        @Override
        public void cancel() {
            task = null;
        }
    }
}
