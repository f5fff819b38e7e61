package dev.evenkeel.lb.httpclient;

import java.net.URI;

/** The part of a URL between {@code //} and the path. */
final class Authority {

    private Authority() {}

    /**
     * The same URL with another authority. The text is spliced, as taking a URL apart and putting it together again
     * changes its escapes: {@code /a%2Fb} would become {@code /a/b} or {@code /a%252Fb}.
     *
     * @param uri has an authority
     */
    static URI replaced(URI uri, String authority) {
        String text = uri.toString();
        int begin = text.indexOf("//") + 2;
        int end = begin;
        while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return URI.create(text.substring(0, begin) + authority + text.substring(end));
    }
}
