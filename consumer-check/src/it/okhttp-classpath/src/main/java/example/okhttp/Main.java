package example.okhttp;

import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** What a user of the README has: one real call, which must have gone to the one instance. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        if (Main.class.getModule().isNamed()) {
            throw new IllegalStateException("not on the class path: " + Main.class.getModule());
        }
        InetAddress loopback = InetAddress.getLoopbackAddress();
        HttpServer server = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
        server.createContext("/v1/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
        String instance = loopback.getHostAddress() + ":" + server.getAddress().getPort();
        try (LoadBalancer orders =
                LoadBalancer.builder("orders").instances(instance).build()) {
            OkHttpClient http = BalancedOkHttp.wrap(new OkHttpClient(), orders);
            Request request = new Request.Builder().url("http://orders/v1/42").build();
            try (Response response = http.newCall(request).execute()) {
                report("okhttp-classpath", response.code(), orders);
            }
        } finally {
            server.stop(0);
        }
    }

    private static void report(String consumer, int status, LoadBalancer orders) {
        if (status != 204
                || orders.snapshot().instances().get(0).picks() != 1
                || orders.snapshot().inFlight() != 0) {
            throw new IllegalStateException("status " + status + ", " + orders.snapshot());
        }
        System.out.println(
                "consumer of " + consumer + ": " + orders.snapshot().instances().get(0));
    }
}
