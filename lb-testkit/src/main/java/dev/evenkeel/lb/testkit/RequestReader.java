package dev.evenkeel.lb.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Reads requests off a connection. Enough of HTTP/1.1 for the clients that there are: lengths, chunks, {@code Expect}. */
final class RequestReader {

    private RequestReader() {}

    /**
     * Reads one request.
     *
     * @param out takes the go-ahead for a request that asks for one before it sends its body
     * @param session that of TLS, if that is what the connection speaks
     * @return the request, or null if there is no further one
     */
    static @Nullable RecordedRequest read(InputStream in, OutputStream out, @Nullable SSLSession session)
            throws IOException {
        String line = readLine(in);
        if (line == null) {
            return null;
        }
        String[] parts = line.split(" ", 3);
        if (parts.length != 3) {
            throw new IOException("request line: " + line + " (expected: method, target and version)");
        }
        List<String> head = new ArrayList<>(List.of(line));
        Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String header = nextLine(in); !header.isEmpty(); header = nextLine(in)) {
            head.add(header);
            int colon = header.indexOf(':');
            if (colon < 0) {
                throw new IOException("header: " + header + " (expected: name, colon and value)");
            }
            headers.computeIfAbsent(header.substring(0, colon), name -> new ArrayList<>())
                    .add(header.substring(colon + 1).trim());
        }
        if (headers.getOrDefault("Expect", List.of()).stream().anyMatch("100-continue"::equalsIgnoreCase)) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
        return new RecordedRequest(head, parts[0], parts[1], headers, body(headers, in), session);
    }

    private static byte[] body(Map<String, List<String>> headers, InputStream in) throws IOException {
        if (headers.containsKey("Transfer-Encoding")) {
            return chunks(in);
        }
        List<String> length = headers.getOrDefault("Content-Length", List.of("0"));
        return exactly(Integer.parseInt(length.get(0)), in);
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(nextLine(in).trim(), 16);
            body.write(exactly(size, in));
            if (!nextLine(in).isEmpty()) {
                throw new IOException("chunk: too long (expected: " + size + " bytes)");
            }
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private static byte[] exactly(int length, InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("body: " + bytes.length + " bytes (expected: " + length + ")");
        }
        return bytes;
    }

    private static String nextLine(InputStream in) throws IOException {
        String line = readLine(in);
        if (line == null) {
            throw new EOFException("request: cut (expected: a further line)");
        }
        return line;
    }

    private static @Nullable String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                return null;
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }
}
