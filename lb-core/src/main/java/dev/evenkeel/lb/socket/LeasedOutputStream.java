package dev.evenkeel.lb.socket;

import java.io.IOException;
import java.io.OutputStream;

/** What a socket writes. Tells the socket where that fails. */
final class LeasedOutputStream extends OutputStream {

    private final OutputStream out;
    private final BalancedSocket socket;

    LeasedOutputStream(OutputStream out, BalancedSocket socket) {
        this.out = out;
        this.socket = socket;
    }

    @Override
    public void write(int oneByte) throws IOException {
        try {
            out.write(oneByte);
        } catch (IOException failure) {
            socket.writeFailed(failure);
            throw failure;
        }
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        try {
            out.write(buffer, offset, length);
        } catch (IOException failure) {
            socket.writeFailed(failure);
            throw failure;
        }
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
