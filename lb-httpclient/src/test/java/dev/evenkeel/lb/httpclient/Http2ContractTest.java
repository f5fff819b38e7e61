package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.testkit.ContractClient;
import dev.evenkeel.lb.testkit.ContractOptions;
import dev.evenkeel.lb.testkit.Http2Contract;

class Http2ContractTest extends Http2Contract {

    @Override
    protected ContractClient newClient(ContractOptions options) {
        return new JdkContractClient(options);
    }

    /** Before 17.0.17, the client of the JDK fails what is in flight when a server says that it will go. */
    @Override
    protected boolean heedsGoodbyes() {
        return Runtime.version().compareTo(Runtime.Version.parse("17.0.17")) >= 0;
    }
}
