package dev.evenkeel.lb.httpclient;

import java.net.URI;

/**
 * The path of the caller in the URL of a request whose instance is asked for another path. It is the fragment, which the client
 * does not send; but it shows the whole URL to stores of cookies and to authenticators, who are to see that of the caller.
 */
final class CallersPath {

    private static final String MARK = "#callers-path=";

    private CallersPath() {}

    /** The URL with that path, and besides with the one that it has had. */
    static URI kept(URI uri, String otherPath) {
        return URI.create(without(RequestRewriting.withPath(uri, otherPath)) + MARK + uri.getRawPath());
    }

    /** The URL as it was before. */
    static URI restored(URI uri) {
        String text = uri.toString();
        int mark = text.lastIndexOf(MARK);
        return mark < 0
                ? uri
                : RequestRewriting.withPath(URI.create(text.substring(0, mark)), text.substring(mark + MARK.length()));
    }

    /** The URL alone, so that nobody takes what a caller has in its fragment for a path. */
    static URI without(URI uri) {
        if (uri.getRawFragment() == null) {
            return uri;
        }
        String text = uri.toString();
        return URI.create(text.substring(0, text.indexOf('#')));
    }
}
