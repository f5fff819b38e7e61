package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.WebSocketContract;

class WebSocketContractTest extends WebSocketContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new JdkContractClient(options);
    }
}
