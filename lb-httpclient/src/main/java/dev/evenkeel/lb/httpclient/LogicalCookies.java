package dev.evenkeel.lb.httpclient;

import java.io.IOException;
import java.net.CookieHandler;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Cookies belong to the service: one that an instance sets goes to all of them. */
final class LogicalCookies extends CookieHandler {

    private final CookieHandler cookies;
    private final Origin origin;

    LogicalCookies(CookieHandler cookies, Origin origin) {
        this.cookies = cookies;
        this.origin = origin;
    }

    @Override
    public Map<String, List<String>> get(URI atInstance, Map<String, List<String>> requestHeaders) throws IOException {
        return cookies.get(origin.logical(atInstance), requestHeaders);
    }

    @Override
    public void put(URI atInstance, Map<String, List<String>> responseHeaders) throws IOException {
        cookies.put(origin.logical(atInstance), responseHeaders);
    }
}
