package dev.evenkeel.lb.routing;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds what belongs to a part of a text without cutting the part out, in constant time. Immutable; open addressing. */
final class TextTable<T> {

    private final @Nullable String[] keys;
    private final @Nullable Object[] values;
    private final int mask;
    private final int size;

    TextTable(Map<String, ? extends T> entries) {
        int capacity = Math.max(2, Integer.highestOneBit(entries.size()) * 4); // at most half full
        this.keys = new String[capacity];
        this.values = new Object[capacity];
        this.mask = capacity - 1;
        this.size = entries.size();
        entries.forEach((key, value) -> {
            int slot = slot(key.hashCode());
            while (keys[slot] != null) {
                slot = (slot + 1) & mask;
            }
            keys[slot] = key;
            values[slot] = value;
        });
    }

    /** What belongs to the part of the text from start to end, or null if nothing does. */
    @Nullable T get(String text, int start, int end) {
        if (size == 0) {
            return null;
        }
        int hash = 0;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + text.charAt(i); // as that of a string
        }
        int slot = slot(hash);
        for (String key = keys[slot]; key != null; key = keys[slot]) {
            if (key.length() == end - start && text.startsWith(key, start)) {
                @SuppressWarnings("unchecked") // nothing else is put in
                T value = (T) values[slot];
                return value;
            }
            slot = (slot + 1) & mask;
        }
        return null;
    }

    private int slot(int hash) {
        return (hash ^ (hash >>> 16)) & mask;
    }
}
