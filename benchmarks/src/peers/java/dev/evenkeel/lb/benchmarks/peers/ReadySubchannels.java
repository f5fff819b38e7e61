package dev.evenkeel.lb.benchmarks.peers;

import static java.util.Objects.requireNonNull;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ChannelLogger;
import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancer.SubchannelStateListener;
import io.grpc.LoadBalancerProvider;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.SynchronizationContext;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** A channel for a policy of gRPC whose subchannels are ready as soon as they are asked to connect. */
final class ReadySubchannels extends LoadBalancer.Helper {

    private static final MethodDescriptor<InputStream, InputStream> METHOD =
            MethodDescriptor.<InputStream, InputStream>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("orders/get")
                    .setRequestMarshaller(new Untouched())
                    .setResponseMarshaller(new Untouched())
                    .build();

    private final SynchronizationContext context = new SynchronizationContext((thread, thrown) -> {
        throw new IllegalStateException(thrown);
    });
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private @Nullable SubchannelPicker picker;

    private ReadySubchannels() {}

    /** The picker of this policy once everybody is ready. */
    static SubchannelPicker picker(@Nullable LoadBalancerProvider policy, List<String> hosts) {
        ReadySubchannels channel = new ReadySubchannels();
        List<EquivalentAddressGroup> addresses = hosts.stream()
                .map(host -> new EquivalentAddressGroup(InetSocketAddress.createUnresolved(host, 8080)))
                .toList();
        channel.context.execute(() -> requireNonNull(policy, "policy")
                .newLoadBalancer(channel)
                .acceptResolvedAddresses(
                        ResolvedAddresses.newBuilder().setAddresses(addresses).build()));
        channel.timers.shutdown();
        return requireNonNull(channel.picker, "picker");
    }

    static PickSubchannelArgs arguments() {
        Metadata headers = new Metadata();
        return new PickSubchannelArgs() {
            @Override
            public CallOptions getCallOptions() {
                return CallOptions.DEFAULT;
            }

            @Override
            public Metadata getHeaders() {
                return headers;
            }

            @Override
            public MethodDescriptor<?, ?> getMethodDescriptor() {
                return METHOD;
            }
        };
    }

    @Override
    public Subchannel createSubchannel(CreateSubchannelArgs arguments) {
        return new Ready(arguments);
    }

    @Override
    public void updateBalancingState(ConnectivityState state, SubchannelPicker newest) {
        picker = newest;
    }

    @Override
    public ManagedChannel createOobChannel(EquivalentAddressGroup addresses, String authority) {
        throw new UnsupportedOperationException("createOobChannel: nothing is connected here");
    }

    @Override
    public String getAuthority() {
        return "orders";
    }

    @Override
    public SynchronizationContext getSynchronizationContext() {
        return context;
    }

    @Override
    public ScheduledExecutorService getScheduledExecutorService() {
        return timers;
    }

    @Override
    public ChannelLogger getChannelLogger() {
        return new ChannelLogger() {
            @Override
            public void log(ChannelLogLevel level, String message) {}

            @Override
            public void log(ChannelLogLevel level, String format, Object... arguments) {}
        };
    }

    private static final class Ready extends Subchannel {

        private final CreateSubchannelArgs arguments;
        private @Nullable SubchannelStateListener listener;

        Ready(CreateSubchannelArgs arguments) {
            this.arguments = arguments;
        }

        @Override
        public void start(SubchannelStateListener begun) {
            listener = begun;
            begun.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.IDLE));
        }

        @Override
        public void requestConnection() {
            SubchannelStateListener begun = requireNonNull(listener, "listener");
            begun.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.CONNECTING));
            begun.onSubchannelState(ConnectivityStateInfo.forNonError(ConnectivityState.READY));
        }

        @Override
        public void shutdown() {}

        @Override
        public List<EquivalentAddressGroup> getAllAddresses() {
            return arguments.getAddresses();
        }

        @Override
        public Attributes getAttributes() {
            return arguments.getAttributes();
        }
    }

    private static final class Untouched implements MethodDescriptor.Marshaller<InputStream> {

        @Override
        public InputStream stream(InputStream value) {
            return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
            return stream;
        }
    }
}
