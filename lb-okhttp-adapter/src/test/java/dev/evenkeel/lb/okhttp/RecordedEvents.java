package dev.evenkeel.lb.okhttp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** The names of what a listener of the user's has been told, in that order. */
final class RecordedEvents extends EventListener {

    private final List<String> seen = new CopyOnWriteArrayList<>();

    /** Those since this was asked before. */
    List<String> take() {
        List<String> taken = List.copyOf(seen);
        seen.clear();
        return taken;
    }

    @Override
    public void callStart(Call call) {
        seen.add("callStart");
    }

    @Override
    public void proxySelectStart(Call call, HttpUrl url) {
        seen.add("proxySelectStart");
    }

    @Override
    public void proxySelectEnd(Call call, HttpUrl url, List<Proxy> proxies) {
        seen.add("proxySelectEnd");
    }

    @Override
    public void dnsStart(Call call, String host) {
        seen.add("dnsStart");
    }

    @Override
    public void dnsEnd(Call call, String host, List<InetAddress> addresses) {
        seen.add("dnsEnd");
    }

    @Override
    public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
        seen.add("connectStart");
    }

    @Override
    public void connectEnd(Call call, InetSocketAddress address, Proxy proxy, Protocol protocol) {
        seen.add("connectEnd");
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress address, Proxy proxy, Protocol protocol, IOException failure) {
        seen.add("connectFailed");
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
        seen.add("connectionAcquired");
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
        seen.add("connectionReleased");
    }

    @Override
    public void requestHeadersStart(Call call) {
        seen.add("requestHeadersStart");
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
        seen.add("requestHeadersEnd");
    }

    @Override
    public void requestBodyStart(Call call) {
        seen.add("requestBodyStart");
    }

    @Override
    public void requestBodyEnd(Call call, long byteCount) {
        seen.add("requestBodyEnd");
    }

    @Override
    public void requestFailed(Call call, IOException failure) {
        seen.add("requestFailed");
    }

    @Override
    public void responseHeadersStart(Call call) {
        seen.add("responseHeadersStart");
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
        seen.add("responseHeadersEnd");
    }

    @Override
    public void responseBodyStart(Call call) {
        seen.add("responseBodyStart");
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        seen.add("responseBodyEnd");
    }

    @Override
    public void responseFailed(Call call, IOException failure) {
        seen.add("responseFailed");
    }

    @Override
    public void callEnd(Call call) {
        seen.add("callEnd");
    }

    @Override
    public void callFailed(Call call, IOException failure) {
        seen.add("callFailed");
    }

    @Override
    public void canceled(Call call) {
        seen.add("canceled");
    }

    @Override
    public void cacheHit(Call call, Response response) {
        seen.add("cacheHit");
    }

    @Override
    public void cacheMiss(Call call) {
        seen.add("cacheMiss");
    }

    @Override
    public void cacheConditionalHit(Call call, Response cached) {
        seen.add("cacheConditionalHit");
    }

    @Override
    public void satisfactionFailure(Call call, Response response) {
        seen.add("satisfactionFailure");
    }

    @Override
    public void followUpDecision(Call call, Response response, @Nullable Request next) {
        seen.add("followUpDecision");
    }
}
