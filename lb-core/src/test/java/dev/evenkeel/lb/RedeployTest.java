package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.util.concurrent.internal.InternalFutures;
import dev.evenkeel.lb.discovery.InstanceSource;
import dev.evenkeel.lb.health.ProbeConfig;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.testkit.Eventually;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Programs that are loaded, use the library, are taken down and loaded again in one JVM: nothing holds on to the old one. */
class RedeployTest {

    private static final int TIMES = 10;

    @Test
    void nothingIsLeftOfAProgramThatIsTakenDown() throws Exception {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < TIMES; i++) {
            loaders.add(runAndDrop());
        }
        Eventually.noThreadsNamed("evenkeel-");
        Eventually.until("no class loader is kept in memory", () -> {
            System.gc();
            return loaders.stream().allMatch(loader -> loader.get() == null);
        });
    }

    private static WeakReference<ClassLoader> runAndDrop() throws Exception {
        URL[] urls = {
            location(LoadBalancer.class),
            location(RedeployTest.class),
            location(ImmutableList.class),
            location(InternalFutures.class)
        };
        try (URLClassLoader loader = new OwnClasses(urls)) {
            Class<?> program = loader.loadClass(Program.class.getName());
            assertThat(program.getClassLoader()).isSameAs(loader);
            ((Runnable) program.getDeclaredConstructor().newInstance()).run();
            return new WeakReference<>(loader);
        }
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    /** Has the library and Guava for itself, as a web application has. */
    private static final class OwnClasses extends URLClassLoader {

        OwnClasses(URL[] urls) {
            super(urls, RedeployTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.evenkeel.") && !name.startsWith("com.google.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }

    /** What a program does: a pool with all that has timers and threads, and some calls. */
    public static final class Program implements Runnable {

        public Program() {}

        @Override
        public void run() {
            LoadBalancer orders = LoadBalancer.builder("orders")
                    .source(InstanceSource.polling(
                            service -> List.of(ServiceInstance.of("127.0.0.1:1")), Duration.ofSeconds(1)))
                    .healthCheck((instance, context) -> new CompletableFuture<>(), ProbeConfig.defaults())
                    .firstListTimeout(Duration.ofSeconds(30))
                    .build();
            orders.acquireAsync().join().end(Outcome.neverReached());
            orders.acquire().succeeded();
            orders.close();
        }
    }
}
