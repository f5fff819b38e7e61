package dev.evenkeel.lb.testkit;

import org.junit.jupiter.api.Nested;

/**
 * What a client does that balances over HTTP/2, where many calls share a connection, over TLS and in clear text: it goes elsewhere
 * with what a connection has no room for and what a server has not looked at, loses nothing when a server leaves, and ends one
 * call without the others. An adapter's test class extends this like {@link BalancedClientContract}.
 */
public abstract class Http2Contract {

    /** For adapters to call. */
    protected Http2Contract() {}

    /** Makes the client under test. It is closed by the suite. */
    protected abstract ContractClient newClient(ContractOptions options);

    /** Whether the client goes by what a server says that leaves: which of its streams that still looks at. */
    protected boolean heedsGoodbyes() {
        return true;
    }

    @Nested
    final class ConnectionsOverTls extends Http2Connections {
        ConnectionsOverTls() {
            super(Http2Contract.this, true);
        }
    }

    @Nested
    final class ConnectionsInClearText extends Http2Connections {
        ConnectionsInClearText() {
            super(Http2Contract.this, false);
        }
    }

    @Nested
    final class CancellationsOverTls extends Http2Cancellations {
        CancellationsOverTls() {
            super(Http2Contract.this, true);
        }
    }

    @Nested
    final class CancellationsInClearText extends Http2Cancellations {
        CancellationsInClearText() {
            super(Http2Contract.this, false);
        }
    }
}
