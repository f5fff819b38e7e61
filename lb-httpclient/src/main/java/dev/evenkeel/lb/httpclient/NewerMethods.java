package dev.evenkeel.lb.httpclient;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/** Public methods that classes of the JDK have only in versions newer than the one that this library is compiled for. */
final class NewerMethods {

    private NewerMethods() {}

    /** The method, or null if this JDK does not have it. */
    static @Nullable MethodHandle find(Class<?> owner, String name, MethodType type) {
        try {
            return MethodHandles.publicLookup().findVirtual(owner, name, type);
        } catch (NoSuchMethodException | IllegalAccessException olderJdk) {
            return null;
        }
    }

    /** What a method threw that declares no checked exception. */
    static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(thrown);
    }
}
