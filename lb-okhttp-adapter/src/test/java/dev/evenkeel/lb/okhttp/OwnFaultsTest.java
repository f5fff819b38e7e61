package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.testkit.ChildClient;
import dev.evenkeel.lb.testkit.OwnFaultsContract;
import java.util.List;
import okhttp3.OkHttpClient;

class OwnFaultsTest extends OwnFaultsContract {

    @Override
    protected Class<?> program() {
        return Program.class;
    }

    @Override
    protected List<Class<?>> libraries() throws ClassNotFoundException {
        return List.of(
                BalancedOkHttp.class, OkHttpClient.class, Class.forName("okio.Okio"), Class.forName("kotlin.Unit"));
    }

    static final class Program {

        private Program() {}

        public static void main(String[] args) throws Exception {
            ChildClient.run(OkHttpContractClient::new, args);
        }
    }
}
