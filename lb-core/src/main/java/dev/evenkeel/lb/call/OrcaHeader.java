package dev.evenkeel.lb.call;

import dev.evenkeel.lb.request.LoadReport;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The response header in which a server says how loaded it is (ORCA, Open Request Cost Aggregation), in its three forms:
 *
 * <pre>
 * endpoint-load-metrics: TEXT cpu_utilization=0.3, rps_fractional=120.5, eps=0.2, named_metrics.queue=7
 * endpoint-load-metrics: JSON {"cpu_utilization": 0.3, "rps_fractional": 120.5, "named_metrics": {"queue": 7}}
 * endpoint-load-metrics: BIN (base64 of the protobuf message xds.data.orca.v3.OrcaLoadReport)
 * </pre>
 *
 * <p>The names are those of the message: {@code application_utilization}, {@code cpu_utilization}, {@code mem_utilization},
 * {@code rps_fractional} (or, if that is missing, {@code rps}), {@code eps}, and three maps. Of these,
 * {@code named_metrics} become {@linkplain LoadReport#namedMetrics() named metrics}, and so do {@code request_cost} and
 * {@code utilization}, with that and a dot in front of the name. In text, a colon does as well as the equals sign; in JSON,
 * names may be in camel case and numbers in quotes, as protobuf has it. Names that are not known are passed over.
 *
 * <p>The header comes from outside: a value that is longer than 8 KiB, has more than 64 entries, breaks the syntax, names
 * anything twice, or says something that no load can be, is no report. None throws.
 */
public final class OrcaHeader {

    /** The name of the header. */
    public static final String NAME = "endpoint-load-metrics";

    static final int MAX_LENGTH = 8192;

    private static final String TEXT = "TEXT ";
    private static final String JSON = "JSON ";
    private static final String BIN = "BIN ";

    /** Every quantifier is possessive: what does not match is found out in one pass. */
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?+(?:[0-9]++(?:\\.[0-9]*+)?+|\\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+");

    private OrcaHeader() {}

    /** The report in a value of the header, if it is one. */
    public static Optional<LoadReport> parse(String headerValue) {
        if (headerValue.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String value = headerValue.strip();
        OrcaFields fields = new OrcaFields();
        boolean understood;
        if (value.startsWith(TEXT)) {
            understood = readText(value.substring(TEXT.length()), fields);
        } else if (value.startsWith(JSON)) {
            understood = new OrcaJson(value.substring(JSON.length()), fields).read();
        } else {
            understood = value.startsWith(BIN) && readBinary(value.substring(BIN.length()), fields);
        }
        return understood ? fields.report() : Optional.empty();
    }

    private static boolean readText(String text, OrcaFields fields) {
        int begin = 0;
        while (begin <= text.length()) {
            int comma = text.indexOf(',', begin);
            int end = comma < 0 ? text.length() : comma;
            if (!readEntry(text.substring(begin, end).strip(), fields)) {
                return false;
            }
            begin = end + 1;
        }
        return true;
    }

    private static boolean readEntry(String entry, OrcaFields fields) {
        int equalsSign = entry.indexOf('=');
        int separator = equalsSign >= 0 ? equalsSign : entry.indexOf(':');
        if (separator <= 0) {
            return false;
        }
        String number = entry.substring(separator + 1).strip();
        return isNumber(number) && fields.addOnce(entry.substring(0, separator).strip(), Double.parseDouble(number));
    }

    private static boolean readBinary(String base64, OrcaFields fields) {
        byte[] message;
        try {
            message = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException malformed) {
            return false;
        }
        return new OrcaProtobuf(message, fields).read();
    }

    /** A decimal number, which is less than what {@link Double#parseDouble} takes. */
    static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }
}
