package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An answer whose head has arrived. The body is read by the suite, or by the client beforehand. */
public final class ContractAnswer implements AutoCloseable {

    private final int status;
    private final Map<String, String> headers;
    private final URI url;
    private final Optional<ServiceInstance> instance;
    private final InputStream body;

    /**
     * An answer in the words of the suite.
     *
     * @param headers the headers of the answer; of several with one name any will do
     * @param url the URL that the client says it answers for
     * @param instance what the adapter says of who answered
     * @param body the bytes of the body; closing it must close what the client would have its caller close
     */
    public ContractAnswer(
            int status, Map<String, String> headers, URI url, Optional<ServiceInstance> instance, InputStream body) {
        this.status = status;
        this.headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        this.headers.putAll(headers);
        this.url = requireNonNull(url, "url");
        this.instance = requireNonNull(instance, "instance");
        this.body = requireNonNull(body, "body");
    }

    public int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** The value of a header; the name's case does not matter. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The URL that was asked, in the eyes of the caller. */
    public URI url() {
        return url;
    }

    /** Who answered, if it was an instance of a service. */
    public Optional<ServiceInstance> instance() {
        return instance;
    }

    /** The body, to be read and closed. */
    public InputStream body() {
        return body;
    }

    /** Closes the body. */
    @Override
    public void close() throws IOException {
        body.close();
    }

    @Override
    public String toString() {
        return status + " " + url;
    }
}
