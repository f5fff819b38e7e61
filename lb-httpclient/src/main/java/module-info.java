/** Evenkeel for the HTTP client of the JDK. */
module dev.evenkeel.lb.httpclient {
    requires transitive dev.evenkeel.lb;
    requires transitive java.net.http;
    requires static transitive org.jspecify;
    requires org.slf4j;

    exports dev.evenkeel.lb.httpclient;
}
