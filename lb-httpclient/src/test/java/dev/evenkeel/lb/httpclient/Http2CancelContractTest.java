package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.Http2CancelContract;
import org.junit.jupiter.api.Nested;

class Http2CancelContractTest {

    @Nested
    class OverTls extends Contract {
        OverTls() {
            super(true);
        }
    }

    @Nested
    class InClearText extends Contract {
        InClearText() {
            super(false);
        }
    }

    private abstract static class Contract extends Http2CancelContract {

        Contract(boolean overTls) {
            super(overTls);
        }

        @Override
        protected ContractClient newClient(ContractOptions options) {
            return new JdkContractClient(options);
        }
    }
}
