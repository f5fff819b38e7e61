package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
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
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * Jetty at a free port of the loopback address: HTTP/1.1 and HTTP/2, over TLS or without. Unlike the other servers of these
 * tests it is one that people run.
 */
final class JettyServer implements AutoCloseable {

    /** Answers a request, with streams that may be read and written as they please. */
    interface Answer {
        void to(Request request, InputStream in, OutputStream out) throws Exception;
    }

    private final Server server;
    private final ServerConnector connector;

    private JettyServer(Server server, ServerConnector connector) {
        this.server = server;
        this.connector = connector;
    }

    /** HTTP/1.1, and HTTP/2 for clients that know it to be there or ask for an upgrade. */
    static JettyServer clear(Answer answer) throws Exception {
        HttpConfiguration http = new HttpConfiguration();
        return start(answer, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http));
    }

    /** HTTP/2 and HTTP/1.1, as agreed during the handshake. */
    static JettyServer overTls(SSLContext context, Answer answer) throws Exception {
        HttpConfiguration https = new HttpConfiguration();
        SecureRequestCustomizer anyName = new SecureRequestCustomizer(false);
        https.addCustomizer(anyName);
        HttpConnectionFactory one = new HttpConnectionFactory(https);
        ALPNServerConnectionFactory negotiated = new ALPNServerConnectionFactory();
        negotiated.setDefaultProtocol(one.getProtocol());
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(context);
        return start(
                answer,
                new SslConnectionFactory(tls, negotiated.getProtocol()),
                negotiated,
                new HTTP2ServerConnectionFactory(https),
                one);
    }

    private static JettyServer start(Answer answer, ConnectionFactory... protocols) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server, 1, 1, protocols);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                try (InputStream in = Content.Source.asInputStream(request);
                        OutputStream out = Content.Sink.asOutputStream(response)) {
                    answer.to(request, in, out);
                }
                callback.succeeded();
                return true;
            }
        });
        server.start();
        return new JettyServer(server, connector);
    }

    ServiceInstance instance() {
        return ServiceInstance.of("127.0.0.1", connector.getLocalPort());
    }

    /** Tells the connections that no further request is wanted, as a server does that is about to be restarted. */
    void drain() {
        List<Graceful> parts = new ArrayList<>(connector.getContainedBeans(Graceful.class));
        parts.addAll(connector.getBeans(Graceful.class));
        for (Graceful part : parts) {
            part.shutdown().exceptionally(failure -> null); // when all is over, for which nobody waits
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }
}
