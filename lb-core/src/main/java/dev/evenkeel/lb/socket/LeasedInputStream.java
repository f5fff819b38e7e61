package dev.evenkeel.lb.socket;

import java.io.IOException;
import java.io.InputStream;

/** What a socket reads. Tells the socket where that ends or fails. */
final class LeasedInputStream extends InputStream {

    private final InputStream in;
    private final BalancedSocket socket;

    LeasedInputStream(InputStream in, BalancedSocket socket) {
        this.in = in;
        this.socket = socket;
    }

    @Override
    public int read() throws IOException {
        try {
            return noted(in.read());
        } catch (IOException failure) {
            socket.readFailed(failure);
            throw failure;
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return noted(in.read(buffer, offset, length));
        } catch (IOException failure) {
            socket.readFailed(failure);
            throw failure;
        }
    }

    private int noted(int read) {
        if (read < 0) {
            socket.readEnded();
        }
        return read;
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
