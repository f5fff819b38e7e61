package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.testkit.Eventually;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Jetty at a free port of the loopback address: a server that people run. Says what it was sent, or the path if that was
 * nothing; holds what goes to {@code /held} until the gate is open; pushes something beside {@code /page}; and goes on for ever
 * at {@code /endless}.
 */
final class JettyServer implements AutoCloseable {

    final CountDownLatch gate = new CountDownLatch(1);
    final AtomicInteger held = new AtomicInteger();

    /** How many answers without end have been begun, and broken off. */
    final AtomicInteger begun = new AtomicInteger();

    final AtomicInteger brokenOff = new AtomicInteger();

    private final Server server = new Server();
    private final ServerConnector connector;

    private JettyServer(ConnectionFactory... protocols) throws Exception {
        connector = new ServerConnector(server, protocols);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setStopTimeout(Eventually.PATIENCE.toMillis());
        server.setHandler(new GracefulHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                answer(request, response, callback);
                return true;
            }
        }));
        server.start();
    }

    /** HTTP/1.1, and HTTP/2 for clients that ask for an upgrade. */
    static JettyServer clear(int maxStreams) throws Exception {
        HttpConfiguration http = new HttpConfiguration();
        HTTP2CServerConnectionFactory two = new HTTP2CServerConnectionFactory(http);
        two.setMaxConcurrentStreams(maxStreams);
        return new JettyServer(new HttpConnectionFactory(http), two);
    }

    /** HTTP/2 and HTTP/1.1, as agreed during the handshake. */
    static JettyServer overTls(SSLContext context) throws Exception {
        HttpConfiguration https = new HttpConfiguration();
        boolean onlyForTheHostInTheUrl = false; // to the JDK's client that is the address of the instance
        https.addCustomizer(new SecureRequestCustomizer(onlyForTheHostInTheUrl));
        HttpConnectionFactory one = new HttpConnectionFactory(https);
        ALPNServerConnectionFactory negotiated = new ALPNServerConnectionFactory();
        negotiated.setDefaultProtocol(one.getProtocol());
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(context);
        return new JettyServer(
                new SslConnectionFactory(tls, negotiated.getProtocol()),
                negotiated,
                new HTTP2ServerConnectionFactory(https),
                one);
    }

    private void answer(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        String body = Content.Source.asString(request);
        switch (path) {
            case "/held" -> {
                held.incrementAndGet();
                gate.await();
            }
            case "/page" -> {
                HttpURI style = HttpURI.build(request.getHttpURI()).path("/style");
                request.push(new MetaData.Request("GET", style, HttpVersion.HTTP_2, HttpFields.EMPTY));
            }
            case "/endless" -> writeForEver(response);
            default -> {}
        }
        Content.Sink.write(response, true, body.isEmpty() ? path.substring(1) : body, callback);
    }

    private void writeForEver(Response response) throws Exception {
        begun.incrementAndGet();
        try (OutputStream out = Content.Sink.asOutputStream(response)) {
            while (true) { // until the caller does not want it any more: then a write fails
                out.write("on and on ".getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        } finally {
            brokenOff.incrementAndGet();
        }
    }

    int port() {
        return connector.getLocalPort();
    }

    ServiceInstance instance() {
        return ServiceInstance.of("127.0.0.1", port());
    }

    boolean isStopping() {
        return server.isStopping();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }
}
