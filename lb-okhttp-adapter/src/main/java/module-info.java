/** Evenkeel for OkHttp. */
module dev.evenkeel.lb.okhttp {
    requires transitive dev.evenkeel.lb;
    requires transitive okhttp3;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports dev.evenkeel.lb.okhttp;
}
