/** A user's module. */
module example.httpclient {
    requires dev.evenkeel.lb.httpclient;
    requires jdk.httpserver;
}
