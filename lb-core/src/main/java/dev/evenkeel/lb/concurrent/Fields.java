package dev.evenkeel.lb.concurrent;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Access to fields of one's own, for what needs more than volatile gives or less than it costs. */
public final class Fields {

    private Fields() {}

    /** The field with this name and type of the class that has looked up. */
    public static VarHandle of(MethodHandles.Lookup own, String name, Class<?> type) {
        try {
            return own.findVarHandle(own.lookupClass(), name, type);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }
}
