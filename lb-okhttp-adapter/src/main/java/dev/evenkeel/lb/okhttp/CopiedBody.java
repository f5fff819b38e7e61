package dev.evenkeel.lb.okhttp;

import dev.evenkeel.lb.routing.Mirror;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.Okio;
import okio.Sink;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that is mirrored. Who wrote it may not think of it being written twice at once; so the copy gets what
 * is written, the first time that is all of it.
 */
final class CopiedBody extends RequestBody {

    private final RequestBody body;
    private final MirrorCopy copy;
    private final AtomicBoolean written = new AtomicBoolean();

    CopiedBody(RequestBody body, MirrorCopy copy) {
        this.body = body;
        this.copy = copy;
    }

    @Override
    public @Nullable MediaType contentType() {
        return body.contentType();
    }

    @Override
    public long contentLength() throws IOException {
        return body.contentLength();
    }

    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        if (written.get()) {
            body.writeTo(sink);
            return;
        }
        Tee tee = new Tee(sink);
        BufferedSink buffered = Okio.buffer(tee);
        body.writeTo(buffered);
        buffered.emit();
        if (!written.compareAndSet(false, true)) {
            return;
        }
        if (tee.isTooLong) {
            copy.skip();
        } else {
            copy.begin(tee.bytes.readByteString());
        }
    }

    private static final class Tee extends ForwardingSink {

        private final Buffer bytes = new Buffer();
        private boolean isTooLong;

        Tee(Sink sink) {
            super(sink);
        }

        @Override
        public void write(Buffer source, long byteCount) throws IOException {
            isTooLong |= bytes.size() + byteCount > Mirror.MAX_BODY;
            if (isTooLong) {
                bytes.clear();
            } else {
                source.copyTo(bytes, 0, byteCount);
            }
            super.write(source, byteCount);
        }
    }
}
