package dev.evenkeel.lb.request;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.Printable;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may say of one call before an instance is picked for it. An immutable value, safe to share between
 * threads. Most calls have nothing to say and use {@link #EMPTY}.
 *
 * <pre>{@code
 * PickRequest request = PickRequest.builder().stickyKey(userId).requireMetadata("version", "2").build();
 * }</pre>
 */
public final class PickRequest {

    /** Says nothing: any instance will do. */
    public static final PickRequest EMPTY = builder().build();

    private final Optional<String> stickyKey;
    private final Optional<StickySession> session;
    private final ImmutableSet<String> avoided;
    private final Optional<String> preferred;
    private final boolean anotherWillDo;
    private final ImmutableMap<String, String> requiredMetadata;
    private final ImmutableMap<String, Object> attributes;
    private final Optional<Duration> maxWait;

    /** The required metadata as pairs of key and value, which a pick walks through without an iterator. */
    private final String[][] requirements;

    private PickRequest(Builder builder) {
        this.stickyKey = Optional.ofNullable(builder.stickyKey);
        this.session = Optional.ofNullable(builder.session);
        this.avoided = ImmutableSet.copyOf(builder.avoided);
        this.preferred = Optional.ofNullable(builder.preferred);
        this.anotherWillDo = builder.anotherWillDo;
        this.requiredMetadata = ImmutableMap.copyOf(builder.requiredMetadata);
        this.attributes = ImmutableMap.copyOf(builder.attributes);
        this.maxWait = Optional.ofNullable(builder.maxWait);
        this.requirements = requiredMetadata.entrySet().stream()
                .map(entry -> new String[] {entry.getKey(), entry.getValue()})
                .toArray(String[][]::new);
    }

    /** A request with only a sticky key. */
    public static PickRequest stickyTo(String key) {
        return builder().stickyKey(key).build();
    }

    /** A request with only a session. */
    public static PickRequest inSession(StickySession session) {
        return builder().session(session).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The key whose calls belong together, for strategies that honour it. */
    public Optional<String> stickyKey() {
        return stickyKey;
    }

    /** The session that the call belongs to. */
    public Optional<StickySession> session() {
        return session;
    }

    /** Ids of instances that are taken only when no other one can be. */
    public Set<String> avoided() {
        return avoided;
    }

    /** The id of the instance to take if it can be taken. */
    public Optional<String> preferred() {
        return preferred;
    }

    /** Whether a call whose preferred instance cannot be taken may go to another one. */
    public boolean anotherWillDo() {
        return anotherWillDo;
    }

    /** Labels that the instance must carry. */
    public Map<String, String> requiredMetadata() {
        return requiredMetadata;
    }

    /** Whether an instance carries all the labels that are required. */
    public boolean isMetBy(ServiceInstance instance) {
        return requirements.length == 0 || isMetBy(instance.metadata());
    }

    private boolean isMetBy(Map<String, String> metadata) {
        for (String[] requirement : requirements) {
            if (!requirement[1].equals(metadata.get(requirement[0]))) {
                return false;
            }
        }
        return true;
    }

    /** What the caller tells a strategy of its own. */
    public Map<String, Object> attributes() {
        return attributes;
    }

    /** One attribute, if it is there and of that type. */
    public <T> Optional<T> attribute(String name, Class<T> type) {
        Object value = attributes.get(name);
        return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
    }

    /** How long the call may wait for a place where every instance is at its limit, if that is less than any call may. */
    public Optional<Duration> maxWait() {
        return maxWait;
    }

    /** A builder that starts from this request. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.stickyKey = stickyKey.orElse(null);
        builder.session = session.orElse(null);
        builder.avoided = avoided;
        builder.preferred = preferred.orElse(null);
        builder.anotherWillDo = anotherWillDo;
        builder.requiredMetadata.putAll(requiredMetadata);
        builder.attributes.putAll(attributes);
        builder.maxWait = maxWait.orElse(null);
        return builder;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof PickRequest other
                && stickyKey.equals(other.stickyKey)
                && session.equals(other.session)
                && avoided.equals(other.avoided)
                && preferred.equals(other.preferred)
                && anotherWillDo == other.anotherWillDo
                && requiredMetadata.equals(other.requiredMetadata)
                && attributes.equals(other.attributes)
                && maxWait.equals(other.maxWait);
    }

    @Override
    public int hashCode() {
        return Arrays.asList(
                        stickyKey, session, avoided, preferred, anotherWillDo, requiredMetadata, attributes, maxWait)
                .hashCode();
    }

    /** Names what is set, without the values of the key and the attributes, which may be private. */
    @Override
    public String toString() {
        return Printable.of("PickRequest[sticky=" + stickyKey.isPresent() + ", session=" + session.isPresent()
                + ", avoided=" + avoided + ", preferred="
                + preferred + ", anotherWillDo=" + anotherWillDo + ", requiredMetadata=" + requiredMetadata
                + ", attributes=" + attributes.keySet()
                + maxWait.map(wait -> ", maxWait=" + wait).orElse("") + "]");
    }

    /** Builds requests; not safe for concurrent use. */
    public static final class Builder {

        private @Nullable String stickyKey;
        private @Nullable StickySession session;
        private Set<String> avoided = ImmutableSet.of();
        private @Nullable String preferred;
        private boolean anotherWillDo = true;
        private final Map<String, String> requiredMetadata = new LinkedHashMap<>();
        private final Map<String, Object> attributes = new LinkedHashMap<>();
        private @Nullable Duration maxWait;

        private Builder() {}

        /** Calls with the same key go to the same instance, under a sticky strategy. The empty string is a key. */
        public Builder stickyKey(String key) {
            this.stickyKey = requireNonNull(key, "key");
            return this;
        }

        /**
         * The call belongs to this session, under any strategy, and goes where that is. An instance that the request
         * {@linkplain #prefer prefers} comes first; a sticky key says where a new session begins.
         */
        public Builder session(StickySession session) {
            this.session = requireNonNull(session, "session");
            return this;
        }

        /** Replaces the ids of the instances to take only if no other one can be taken: those that failed before. */
        public Builder avoid(Collection<String> instanceIds) {
            this.avoided = ImmutableSet.copyOf(instanceIds);
            return this;
        }

        /** Takes this instance if it can be taken, else another one. */
        public Builder prefer(String instanceId) {
            this.preferred = requireNonNull(instanceId, "instanceId");
            this.anotherWillDo = true;
            return this;
        }

        /** Takes this instance or none. */
        public Builder only(String instanceId) {
            this.preferred = requireNonNull(instanceId, "instanceId");
            this.anotherWillDo = false;
            return this;
        }

        /** Takes only instances that carry this label. May be called for several labels. */
        public Builder requireMetadata(String key, String value) {
            requiredMetadata.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
            return this;
        }

        /** Tells a custom strategy something of this call. */
        public Builder attribute(String name, Object value) {
            attributes.put(requireNonNull(name, "name"), requireNonNull(value, "value"));
            return this;
        }

        /**
         * Sets how long the call may wait for a place where every instance is at its limit: what is left until its
         * deadline, so that it does not wait in vain. Only where the balancer lets calls wait, and never longer than there.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder maxWait(Duration time) {
            requireNonNull(time, "time");
            if (time.isNegative()) {
                throw new IllegalArgumentException("maxWait: " + time + " (expected: >= 0)");
            }
            this.maxWait = time;
            return this;
        }

        public PickRequest build() {
            return new PickRequest(this);
        }
    }
}
