package dev.evenkeel.lb.benchmarks.peers;

import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.DefaultRequestContext;
import org.springframework.cloud.client.loadbalancer.Request;

/** What Spring's balancer is asked with. */
final class SpringRequests {

    static final Request<DefaultRequestContext> NONE = new DefaultRequest<>(new DefaultRequestContext());

    private SpringRequests() {}
}
