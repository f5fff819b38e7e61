package dev.evenkeel.lb.call;

import dev.evenkeel.lb.request.LoadReport;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.StringJoiner;

/** Writes load reports as servers do, in all three forms. */
enum OrcaEncoding {
    TEXT {
        @Override
        String encode(LoadReport report) {
            StringJoiner entries = new StringJoiner(", ", "TEXT ", "");
            entries.add("application_utilization=" + report.applicationUtilization());
            entries.add("cpu_utilization=" + report.cpuUtilization());
            entries.add("mem_utilization=" + report.memUtilization());
            entries.add("rps_fractional=" + report.rps());
            entries.add("eps=" + report.eps());
            report.namedMetrics().forEach((name, value) -> entries.add("named_metrics." + name + "=" + value));
            return entries.toString();
        }
    },
    JSON {
        @Override
        String encode(LoadReport report) {
            StringJoiner metrics = new StringJoiner(",", "{", "}");
            report.namedMetrics().forEach((name, value) -> metrics.add(quoted(name) + ":" + value));
            return "JSON {\"application_utilization\": " + report.applicationUtilization() + ", \"cpu_utilization\": "
                    + report.cpuUtilization() + ", \"mem_utilization\": " + report.memUtilization()
                    + ", \"rps_fractional\": " + report.rps() + ", \"eps\": " + report.eps() + ", \"named_metrics\": "
                    + metrics + "}";
        }
    },
    BIN {
        @Override
        String encode(LoadReport report) {
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            writeDouble(message, 1, report.cpuUtilization());
            writeDouble(message, 2, report.memUtilization());
            writeDouble(message, 6, report.rps());
            writeDouble(message, 7, report.eps());
            writeDouble(message, 9, report.applicationUtilization());
            for (Map.Entry<String, Double> metric : report.namedMetrics().entrySet()) {
                writeBytes(message, 8, entry(metric.getKey(), metric.getValue()));
            }
            return bin(message);
        }
    };

    abstract String encode(LoadReport report);

    static String bin(ByteArrayOutputStream message) {
        return "BIN " + Base64.getEncoder().encodeToString(message.toByteArray());
    }

    static byte[] entry(String key, double value) {
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        writeBytes(entry, 1, key.getBytes(StandardCharsets.UTF_8));
        writeDouble(entry, 2, value);
        return entry.toByteArray();
    }

    static void writeDouble(ByteArrayOutputStream out, int field, double value) {
        writeVarint(out, field << 3 | 1);
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putDouble(value)
                .array());
    }

    static void writeBytes(ByteArrayOutputStream out, int field, byte[] bytes) {
        writeVarint(out, field << 3 | 2);
        writeVarint(out, bytes.length);
        out.writeBytes(bytes);
    }

    static void writeVarint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x7F) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        return quoted.append('"').toString();
    }
}
