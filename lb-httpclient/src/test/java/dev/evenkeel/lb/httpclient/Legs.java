package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.request.PickRequest;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.time.Ticker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.List;

/** Legs of calls without a client that makes them. */
final class Legs {

    private Legs() {}

    /** Of a GET to the service {@code orders}, as a client with no options makes it. */
    static Leg to(LoadBalancer orders) throws IOException {
        Balancing balancing = new Balancing(
                Carriers.of(HttpFixture.newPlainClient().build()),
                Router.of(orders),
                new RequestRewriting(List.of(), false),
                request -> PickRequest.EMPTY,
                null,
                new Redirects(HttpClient.Redirect.NEVER),
                true,
                Repetition.DEFAULT,
                null,
                Ticker.system());
        return Leg.first(
                balancing, HttpRequest.newBuilder(URI.create("http://orders/x")).build());
    }
}
