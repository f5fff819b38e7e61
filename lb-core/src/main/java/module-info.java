/** The core of Evenkeel, a client-side load balancer: everything but the HTTP clients. */
module dev.evenkeel.lb {
    requires com.google.common;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports dev.evenkeel.lb;
    exports dev.evenkeel.lb.admission;
    exports dev.evenkeel.lb.call;
    exports dev.evenkeel.lb.discovery;
    exports dev.evenkeel.lb.health;
    exports dev.evenkeel.lb.instance;
    exports dev.evenkeel.lb.observe;
    exports dev.evenkeel.lb.request;
    exports dev.evenkeel.lb.retry;
    exports dev.evenkeel.lb.routing;
    exports dev.evenkeel.lb.session;
    exports dev.evenkeel.lb.socket;
    exports dev.evenkeel.lb.strategy;
    exports dev.evenkeel.lb.time;
}
