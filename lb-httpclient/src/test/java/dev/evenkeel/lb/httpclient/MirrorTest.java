package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.MirrorContract;

class MirrorTest extends MirrorContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new JdkContractClient(options);
    }
}
