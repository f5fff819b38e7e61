package dev.evenkeel.lb.strategy;

import org.jspecify.annotations.Nullable;

/**
 * A {@link MaglevTable} as a list of candidates reads it: made for the list, or for an earlier one. Of an earlier one the
 * keys of those who are still there are right, so that they stay while the next table is built; those who have come since
 * have none.
 *
 * <p>Immutable.
 */
final class KeyTable {

    private final MaglevTable table;

    /** Of the table, one step nearer. */
    private final int[] slots;

    /** For each candidate of the table its place in the list, -1 for one who has left; null if they are the same. */
    private final int @Nullable [] places;

    private KeyTable(MaglevTable table, int @Nullable [] places) {
        this.table = table;
        this.slots = table.slots();
        this.places = places;
    }

    static KeyTable of(long[] ids, double[] weights) {
        return new KeyTable(MaglevTable.of(ids, weights), null);
    }

    /** The same table for a list of these. */
    KeyTable in(long[] ids, double[] weights) {
        return new KeyTable(table, table.isFor(ids, weights) ? null : table.placesAmong(ids));
    }

    /** Whether the table was made for the list. */
    boolean isNewest() {
        return places == null;
    }

    /** Where the key goes in the list; -1 if the table does not know. */
    int place(long keyHash) {
        int place = slots[MaglevTable.slot(keyHash, slots.length)];
        return places == null ? place : places[place];
    }
}
