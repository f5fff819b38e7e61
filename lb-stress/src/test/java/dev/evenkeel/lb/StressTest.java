package dev.evenkeel.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;

/**
 * The stress tests in short, in this process: jcstress itself starts a process for each way to compile each of them. How
 * often threads meet depends on the machine; whether an outcome is allowed does not.
 */
class StressTest {

    static Stream<Class<?>> tests() {
        return Stream.of(
                        FailureMarkStress.class,
                        InFlightStress.class,
                        InFlightTotalStress.class,
                        LeaseStress.class,
                        PoolSwapStress.class,
                        PurseStress.class,
                        SerialExecutorStress.class,
                        SlotQueueStress.class)
                .flatMap(group -> Arrays.stream(group.getDeclaredClasses()))
                .filter(test -> test.isAnnotationPresent(JCStressTest.class));
    }

    @ParameterizedTest
    @MethodSource("tests")
    void hasOnlyOutcomesThatAreAllowed(Class<?> test) throws Exception {
        Set<String> allowed = Arrays.stream(test.getAnnotationsByType(Outcome.class))
                .filter(outcome -> outcome.expect() == Expect.ACCEPTABLE)
                .flatMap(outcome -> Arrays.stream(outcome.id()))
                .collect(Collectors.toSet());
        assertThat(allowed).isNotEmpty();
        assertThat(new Meetings(test).outcomes()).isNotEmpty().isSubsetOf(allowed);
    }

    @Test
    void areAllOfThem() throws IOException {
        try (InputStream list = getClass().getResourceAsStream("/META-INF/TestList")) {
            String text = new String(Objects.requireNonNull(list).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(tests()).hasSize((int) text.lines().count());
        }
    }
}
