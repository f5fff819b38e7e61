/** A user's module. */
module example.okhttp {
    requires dev.evenkeel.lb.okhttp;
    requires jdk.httpserver;
}
