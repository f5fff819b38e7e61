package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.RetryContract;

/** What every client that balances does when an instance fails. */
class RetryTest extends RetryContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new OkHttpContractClient(options);
    }

    /** It reads from a socket, and blocks. */
    @Override
    protected boolean canBeInterruptedWhileItWaits() {
        return false;
    }
}
