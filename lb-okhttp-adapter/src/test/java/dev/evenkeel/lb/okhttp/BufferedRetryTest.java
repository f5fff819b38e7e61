package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.RetryContract;

/** Nothing of what holds for calls that are made again depends on when bodies are read. */
class BufferedRetryTest extends RetryContract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new OkHttpContractClient(options, builder -> builder.bufferResponses(1 << 20));
    }

    /** It reads from a socket, and blocks. */
    @Override
    protected boolean canBeInterruptedWhileItWaits() {
        return false;
    }
}
