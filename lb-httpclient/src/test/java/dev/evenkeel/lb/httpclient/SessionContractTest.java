package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.SessionContract;

class SessionContractTest extends SessionContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new JdkContractClient(options);
    }
}
