package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.testkit.BalancedClientContract;
import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;

class BalancedHttpClientTest extends BalancedClientContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new JdkContractClient(options);
    }
}
