package dev.evenkeel.lb.httpclient;

import dev.evenkeel.lb.testkit.ChildClient;
import dev.evenkeel.lb.testkit.OwnFaultsContract;
import java.util.List;

class OwnFaultsTest extends OwnFaultsContract {

    @Override
    protected Class<?> program() {
        return Program.class;
    }

    @Override
    protected List<Class<?>> libraries() {
        return List.of(BalancedHttpClient.class);
    }

    static final class Program {

        private Program() {}

        public static void main(String[] args) throws Exception {
            ChildClient.run(JdkContractClient::new, args);
        }
    }
}
