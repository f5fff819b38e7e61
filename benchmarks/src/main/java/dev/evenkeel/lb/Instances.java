package dev.evenkeel.lb;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.util.ArrayList;
import java.util.List;

/** Made-up instances with addresses as they are in the field: {@code 10.0.0.1:8080} and so on. */
final class Instances {

    private Instances() {}

    /** As many instances, new objects each time. */
    static List<ServiceInstance> of(int n) {
        return weighted(n, 1);
    }

    /** The same with these weights again and again. */
    static List<ServiceInstance> weighted(int n, double... weights) {
        List<ServiceInstance> instances = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            String host = "10." + (i >> 16) + "." + (i >> 8 & 0xff) + "." + (i & 0xff);
            instances.add(ServiceInstance.builder(host, 8080)
                    .weight(weights[i % weights.length])
                    .build());
        }
        return instances;
    }
}
