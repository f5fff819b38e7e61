package dev.evenkeel.lb.socket;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * A channel that is connected to an instance, and what keeps the instance informed of it. The channel is one of the JDK's own:
 * selectors take no others. So the balancer sees neither what is done with it nor how that goes: close this, not the channel,
 * and {@linkplain #failed say} where it has failed. Safe for concurrent use.
 *
 * <pre>{@code
 * try (BalancedChannel connection = BalancedSocketFactory.to(orders).openChannel()) {
 *     try {
 *         talkOver(connection.channel());
 *     } catch (IOException failure) {
 *         connection.failed(failure);
 *         throw failure;
 *     }
 * }
 * }</pre>
 *
 * <p>In flight until it is closed or has failed, like the sockets of {@link BalancedSocketFactory}.
 */
public final class BalancedChannel implements Closeable {

    private final SocketChannel channel;
    private final OpenConnection connection;

    BalancedChannel(Connecting.Connected<SocketChannel> connected) {
        this.channel = connected.connection();
        this.connection = new OpenConnection(connected.lease());
    }

    /** The channel, connected, and in blocking mode until that is changed. */
    public SocketChannel channel() {
        return channel;
    }

    /** The instance that it is connected to. */
    public ServiceInstance instance() {
        return connection.instance();
    }

    /**
     * Reading or writing has failed with this. Held against the instance, once, unless it is the caller's own doing, such as a
     * channel that was closed meanwhile. The channel stays as it is.
     */
    public void failed(IOException failure) {
        connection.failed(failure);
    }

    /** Closes the channel. A success, unless it has failed. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            connection.closed();
        }
    }

    @Override
    public String toString() {
        return "channel to " + instance();
    }
}
