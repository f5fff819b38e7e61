package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import java.net.HttpURLConnection;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSource;

/**
 * Reads the body of a response before the caller has it, so that one that breaks is the failure of an attempt, and not the
 * caller's. What is read stays in the buffer that the body has anyway: the response is the same one, with the rest to follow if
 * it is longer than the limit.
 *
 * @param maxBytes how much is read; nothing if 0
 */
record ReadAhead(int maxBytes) {

    boolean isOn() {
        return maxBytes > 0;
    }

    /**
     * Returns when the body has ended, or is known to be longer.
     *
     * @throws IOException if it breaks; it is closed then
     */
    void read(Response response) throws IOException {
        ResponseBody body = response.body();
        if (!isOn() || !isFromTheNetwork(response) || body.contentLength() > maxBytes || isEndless(body)) {
            return;
        }
        BufferedSource source = body.source();
        if (source != body.source()) { // an interceptor's: what is read ahead would be lost
            return;
        }
        try {
            source.request(maxBytes + 1L);
        } catch (Throwable broken) {
            response.close();
            throw broken;
        }
    }

    private static boolean isFromTheNetwork(Response response) {
        Response network = response.networkResponse();
        return network != null
                && network.code() != HttpURLConnection.HTTP_NOT_MODIFIED
                && response.socket() == null; // which an upgraded connection has in the place of a body
    }

    /** What is meant to be read while it comes. */
    private static boolean isEndless(ResponseBody body) {
        MediaType type = body.contentType();
        return type != null && (is(type, "text", "event-stream") || is(type, "multipart", "x-mixed-replace"));
    }

    private static boolean is(MediaType type, String general, String special) {
        return type.type().equals(general) && type.subtype().equals(special);
    }
}
