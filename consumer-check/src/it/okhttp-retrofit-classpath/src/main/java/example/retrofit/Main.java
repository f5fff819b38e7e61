package example.retrofit;

import com.sun.net.httpserver.HttpServer;
import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.okhttp.BalancedOkHttp;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import okhttp3.OkHttpClient;
import retrofit2.Call;
import retrofit2.Retrofit;
import retrofit2.http.GET;

/** What a user of the README and of Retrofit has: one OkHttp on the class path, not two, and one real call. */
public final class Main {

    private Main() {}

    public static void main(String[] args) throws Exception {
        if (Main.class.getModule().isNamed()) {
            throw new IllegalStateException("not on the class path: " + Main.class.getModule());
        }
        List<URL> found = Collections.list(Main.class.getClassLoader().getResources("okhttp3/OkHttpClient.class"));
        if (found.size() != 1) {
            throw new IllegalStateException("not one OkHttp on the class path: " + found);
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
            Retrofit retrofit = new Retrofit.Builder()
                    .baseUrl("http://orders/")
                    .client(BalancedOkHttp.wrap(new OkHttpClient(), orders))
                    .build();
            report(
                    "okhttp-retrofit-classpath",
                    retrofit.create(Orders.class).order().execute().code(),
                    orders);
        } finally {
            server.stop(0);
        }
    }

    interface Orders {
        @GET("v1/42")
        Call<Void> order();
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
