package dev.evenkeel.lb.call;

import java.util.Set;

/** When a call may be sent once more. It is the caller who knows; no policy makes more of it. */
public enum Replay {

    /** Never: it cannot be sent again, such as a body that is a stream which has been read. */
    NEVER,

    /**
     * If it is certain that no instance has done anything of it: no connection, or a request that was refused unread. Right
     * for everything that can be sent again.
     */
    UNSENT,

    /** Always: executing it twice is the same as executing it once. What is idempotent, such as GET. */
    ALWAYS;

    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    /** What is right for a method of HTTP whose body can be sent again (RFC 9110, 9.2.2). */
    public static Replay ofMethod(String method) {
        return IDEMPOTENT.contains(method) ? ALWAYS : UNSENT;
    }
}
