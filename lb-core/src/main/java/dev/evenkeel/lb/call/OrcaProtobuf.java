package dev.evenkeel.lb.call;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the protobuf message {@code xds.data.orca.v3.OrcaLoadReport} from the wire format. Of a field that is there twice
 * the last one counts, and unknown ones are passed over, both as protobuf has it; groups are refused. One use, one thread.
 */
final class OrcaProtobuf {

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED_32 = 5;

    private static final int RPS = 3;

    private final ByteBuffer message;
    private final OrcaFields fields;

    OrcaProtobuf(byte[] message, OrcaFields fields) {
        this.message = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        this.fields = fields;
    }

    /** Returns whether the bytes are a report, from the first to the last. */
    boolean read() {
        try {
            while (message.hasRemaining()) {
                if (!readField()) {
                    return false;
                }
            }
            return true;
        } catch (BufferUnderflowException | CharacterCodingException malformed) {
            return false;
        }
    }

    private boolean readField() throws CharacterCodingException {
        long tag = readVarint(message);
        long field = tag >>> 3;
        int wireType = (int) (tag & 7);
        String name = field <= 9 ? name((int) field) : "";
        if (wireType == FIXED_64 && !name.isEmpty() && !OrcaFields.isMap(name)) {
            return fields.add(name, message.getDouble());
        }
        if (wireType == VARINT && field == RPS) {
            return fields.add("rps", unsigned(readVarint(message)));
        }
        if (wireType == LENGTH_DELIMITED && OrcaFields.isMap(name)) {
            return readEntry(name, readBytes(message));
        }
        return field > 0 && skip(message, wireType);
    }

    /** A field that is a double or a map; empty for another one. */
    private static String name(int field) {
        return switch (field) {
            case 1 -> "cpu_utilization";
            case 2 -> "mem_utilization";
            case 4 -> OrcaFields.REQUEST_COST;
            case 5 -> OrcaFields.UTILIZATION;
            case 6 -> "rps_fractional";
            case 7 -> "eps";
            case 8 -> OrcaFields.NAMED_METRICS;
            case 9 -> "application_utilization";
            default -> "";
        };
    }

    /** An entry of a map is a message with the key as field 1 and the value as field 2. */
    private boolean readEntry(String map, ByteBuffer entry) throws CharacterCodingException {
        String key = "";
        double value = 0;
        while (entry.hasRemaining()) {
            long tag = readVarint(entry);
            if (tag == (1 << 3 | LENGTH_DELIMITED)) {
                key = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(readBytes(entry))
                        .toString();
            } else if (tag == (2 << 3 | FIXED_64)) {
                value = entry.getDouble();
            } else if (tag >>> 3 == 0 || !skip(entry, (int) (tag & 7))) {
                return false;
            }
        }
        return fields.add(map + "." + key, value);
    }

    private static boolean skip(ByteBuffer from, int wireType) {
        switch (wireType) {
            case VARINT -> readVarint(from);
            case FIXED_64 -> from.getLong();
            case LENGTH_DELIMITED -> readBytes(from);
            case FIXED_32 -> from.getInt();
            default -> {
                return false;
            }
        }
        return true;
    }

    private static ByteBuffer readBytes(ByteBuffer from) {
        long length = readVarint(from);
        if (length < 0 || length > from.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer bytes = from.slice(from.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        from.position(from.position() + (int) length);
        return bytes;
    }

    /** Seven bits in each byte, the lowest first; ten bytes hold 64 bits. */
    private static long readVarint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = from.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new BufferUnderflowException();
    }

    private static double unsigned(long value) {
        return value >= 0 ? value : (value >>> 1) * 2.0;
    }
}
