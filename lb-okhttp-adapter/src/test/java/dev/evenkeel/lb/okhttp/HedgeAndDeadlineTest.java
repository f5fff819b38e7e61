package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.HedgeAndDeadlineContract;

/** What every client that balances does with calls that take long. */
class HedgeAndDeadlineTest extends HedgeAndDeadlineContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new OkHttpContractClient(options);
    }
}
