package dev.evenkeel.lb.httpclient;

import java.net.Authenticator;
import java.net.InetAddress;
import java.net.MalformedURLException;
import java.net.PasswordAuthentication;
import java.net.URISyntaxException;
import java.net.URL;
import org.jspecify.annotations.Nullable;

/** Asks the caller's authenticator for the credentials of the service. Those of a proxy are none of its business. */
final class LogicalAuthenticator extends Authenticator {

    private final Authenticator authenticator;
    private final Origin origin;

    LogicalAuthenticator(Authenticator authenticator, Origin origin) {
        this.authenticator = authenticator;
        this.origin = origin;
    }

    @Override
    public @Nullable PasswordAuthentication requestPasswordAuthenticationInstance(
            String host,
            InetAddress address,
            int port,
            String protocol,
            String prompt,
            String scheme,
            URL url,
            RequestorType requestor) {
        return requestor == RequestorType.SERVER
                ? authenticator.requestPasswordAuthenticationInstance(
                        origin.host(), address, origin.port(), protocol, prompt, scheme, logical(url), requestor)
                : authenticator.requestPasswordAuthenticationInstance(
                        host, address, port, protocol, prompt, scheme, url, requestor);
    }

    private URL logical(URL atInstance) {
        try {
            return origin.logical(atInstance.toURI()).toURL();
        } catch (URISyntaxException | MalformedURLException impossible) { // it was a URI before it was a URL
            return atInstance;
        }
    }
}
