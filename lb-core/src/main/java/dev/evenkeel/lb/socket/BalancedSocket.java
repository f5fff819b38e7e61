package dev.evenkeel.lb.socket;

import dev.evenkeel.lb.instance.ServiceInstance;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A socket that connects to an instance. There is another socket below, which does the work, and a new one for each attempt to
 * connect; what was set on the first is set on the next ones, too.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket below guards its own state
final class BalancedSocket extends Socket {

    private final BalancedSocketFactory factory;

    /** What was set before there was a connection, in this order. */
    private final List<Setting<?>> settings = new CopyOnWriteArrayList<>();

    private final AtomicBoolean begun = new AtomicBoolean();

    /** The socket below. Written by the thread that connects. */
    private volatile Socket socket;

    /** What {@link #close} cancels. Written before {@link #closed} is read, and the other way round; so is the connection. */
    private volatile @Nullable Connecting<Socket> connecting;

    private volatile @Nullable OpenConnection connection;
    private volatile boolean closed;

    BalancedSocket(BalancedSocketFactory factory) throws IOException {
        this.factory = factory;
        this.socket = factory.newSocket();
    }

    @FunctionalInterface
    private interface Setting<X extends IOException> {
        void applyTo(Socket socket) throws X;
    }

    /** The instance, once connected. */
    Optional<ServiceInstance> instance() {
        return Optional.ofNullable(connection).map(OpenConnection::instance);
    }

    // ---- connecting

    @Override
    public void connect(SocketAddress address) throws IOException {
        connect(address, 0);
    }

    /** Connects to an instance, whatever the address. */
    @Override
    public void connect(SocketAddress address, int timeoutMillis) throws IOException {
        if (!(address instanceof InetSocketAddress)) {
            throw new IllegalArgumentException("address: " + address + " (expected: an InetSocketAddress)");
        }
        if (timeoutMillis < 0) {
            throw new IllegalArgumentException("timeoutMillis: " + timeoutMillis + " (expected: >= 0)");
        }
        if (isClosed()) {
            throw new SocketException("Socket is closed");
        }
        if (!begun.compareAndSet(false, true)) {
            throw new SocketException("already connected");
        }
        try {
            connect(timeoutMillis);
        } finally {
            connecting = null;
            settings.clear();
            if (connection == null) {
                Connecting.close(this); // as newer JDKs do
            }
        }
    }

    private void connect(int timeoutMillis) throws IOException {
        Connecting<Socket> next = factory.connecting(timeoutMillis, this::unconnected, Socket::connect);
        connecting = next;
        if (closed) {
            next.cancel();
        }
        OpenConnection made = new OpenConnection(next.run().lease());
        connection = made;
        if (closed) { // when it had just been connected
            made.cancelled();
            socket.close();
            throw new SocketException("Socket closed");
        }
    }

    /** The socket for an attempt: at first the one that there is, then others that are like it. */
    private Socket unconnected() throws IOException {
        Socket current = socket;
        if (!current.isClosed()) {
            return current;
        }
        Socket next = factory.newSocket();
        try {
            for (Setting<?> setting : settings) {
                setting.applyTo(next);
            }
        } catch (IOException refused) {
            Connecting.close(next);
            throw refused;
        }
        socket = next;
        return next;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        Connecting<Socket> current = connecting;
        if (current != null) {
            current.cancel();
        }
        try {
            socket.close();
        } finally {
            OpenConnection open = connection;
            if (open != null) {
                open.closed();
            }
        }
    }

    @Override
    public boolean isConnected() {
        return connection != null;
    }

    /** The socket below is closed between two attempts, which does not count; later it may be by an interrupt. */
    @Override
    public boolean isClosed() {
        return closed || (connection != null && socket.isClosed());
    }

    // ---- using

    @Override
    public InputStream getInputStream() throws IOException {
        return new LeasedInputStream(socket.getInputStream(), this);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new LeasedOutputStream(socket.getOutputStream(), this);
    }

    void readEnded() {
        OpenConnection open = connection;
        if (open != null && !isInputShutdown()) {
            open.ended();
        }
    }

    void readFailed(IOException failure) {
        if (!isInputShutdown()) {
            failed(failure);
        }
    }

    void writeFailed(IOException failure) {
        if (!isOutputShutdown()) {
            failed(failure);
        }
    }

    private void failed(IOException failure) {
        OpenConnection open = connection;
        if (open != null && !isClosed()) {
            open.failed(failure);
        }
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        try {
            socket.sendUrgentData(data);
        } catch (IOException failure) {
            writeFailed(failure);
            throw failure;
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }

    // ---- addresses

    @Override
    public void bind(@Nullable SocketAddress address) throws IOException {
        set(below -> below.bind(address));
    }

    @Override
    public boolean isBound() {
        return socket.isBound();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        return socket.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public int getPort() {
        return socket.getPort();
    }

    @Override
    public int getLocalPort() {
        return socket.getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return socket.getLocalSocketAddress();
    }

    /** None: what goes over a channel, nobody would see here. */
    @Override
    public @Nullable SocketChannel getChannel() {
        return null;
    }

    // ---- options

    private <X extends IOException> void set(Setting<X> setting) throws X {
        setting.applyTo(socket);
        if (connection == null) {
            settings.add(setting);
        }
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        set(below -> below.setTcpNoDelay(on));
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return socket.getTcpNoDelay();
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        set(below -> below.setOOBInline(on));
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        return socket.getOOBInline();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        set(below -> below.setSoTimeout(millis));
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public void setSendBufferSize(int bytes) throws SocketException {
        set(below -> below.setSendBufferSize(bytes));
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return socket.getSendBufferSize();
    }

    @Override
    public void setReceiveBufferSize(int bytes) throws SocketException {
        set(below -> below.setReceiveBufferSize(bytes));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return socket.getReceiveBufferSize();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        set(below -> below.setKeepAlive(on));
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return socket.getKeepAlive();
    }

    @Override
    public void setTrafficClass(int trafficClass) throws SocketException {
        set(below -> below.setTrafficClass(trafficClass));
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return socket.getTrafficClass();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        set(below -> below.setReuseAddress(on));
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return socket.getReuseAddress();
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        set(below -> below.setSoLinger(on, seconds));
    }

    @Override
    public int getSoLinger() throws SocketException {
        return socket.getSoLinger();
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        socket.setPerformancePreferences(connectionTime, latency, bandwidth);
        if (connection == null) {
            settings.add(below -> below.setPerformancePreferences(connectionTime, latency, bandwidth));
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return socket.supportedOptions();
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
        set(below -> below.setOption(name, value));
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return socket.getOption(name);
    }

    @Override
    public String toString() {
        return "balanced " + socket;
    }
}
