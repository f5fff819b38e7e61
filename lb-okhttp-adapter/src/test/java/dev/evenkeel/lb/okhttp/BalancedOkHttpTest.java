package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.testkit.BalancedClientContract;
import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;

/** What every client that balances must do; more is in the other tests here. */
class BalancedOkHttpTest extends BalancedClientContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new OkHttpContractClient(options);
    }
}
