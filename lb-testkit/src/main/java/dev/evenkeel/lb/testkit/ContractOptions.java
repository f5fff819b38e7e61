package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.call.Replay;
import dev.evenkeel.lb.retry.HedgePolicy;
import dev.evenkeel.lb.retry.RetryPolicy;
import dev.evenkeel.lb.routing.Router;
import dev.evenkeel.lb.session.HttpSessions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** How the suite wants a client built. An immutable value; the methods that start with {@code with} give a changed copy. */
public final class ContractOptions {

    /** As whom the client answers challenges. */
    public static final String USER = "ada";

    private final Router router;

    // Written in a copy, before anybody else has it.
    private Optional<String> stickyHeader = Optional.empty();
    private Optional<String> replayHeader = Optional.empty();
    private boolean followsRedirects;
    private boolean keepsCookies;
    private boolean speaksHttp2;
    private Optional<ContractTls> tls = Optional.empty();
    private Optional<UnaryOperator<String>> tlsName = Optional.empty();
    private boolean verifiesInstances;
    private Optional<Function<String, Optional<String>>> passwords = Optional.empty();
    private Optional<RetryPolicy> retries = Optional.empty();
    private Optional<HedgePolicy> hedging = Optional.empty();
    private Optional<Duration> callTimeout = Optional.empty();
    private Optional<HttpSessions> sessions = Optional.empty();

    private ContractOptions(Router router) {
        this.router = router;
    }

    private ContractOptions(ContractOptions origin) {
        this.router = origin.router;
        this.stickyHeader = origin.stickyHeader;
        this.replayHeader = origin.replayHeader;
        this.followsRedirects = origin.followsRedirects;
        this.keepsCookies = origin.keepsCookies;
        this.speaksHttp2 = origin.speaksHttp2;
        this.tls = origin.tls;
        this.tlsName = origin.tlsName;
        this.verifiesInstances = origin.verifiesInstances;
        this.passwords = origin.passwords;
        this.retries = origin.retries;
        this.hedging = origin.hedging;
        this.callTimeout = origin.callTimeout;
        this.sessions = origin.sessions;
    }

    /** A client in front of these balancers, by host. */
    public static ContractOptions of(LoadBalancer... balancers) {
        return of(Router.of(Arrays.asList(balancers)));
    }

    /** A client that goes by this router. */
    public static ContractOptions of(Router router) {
        return new ContractOptions(requireNonNull(router, "router"));
    }

    /** Takes the sticky key from this header, and strips the header. */
    public ContractOptions withStickyHeader(String name) {
        ContractOptions changed = new ContractOptions(this);
        changed.stickyHeader = Optional.of(name);
        return changed;
    }

    /** Takes from this header when a call may be sent once more, as the name of a {@link Replay}. */
    public ContractOptions withReplayHeader(String name) {
        ContractOptions changed = new ContractOptions(this);
        changed.replayHeader = Optional.of(name);
        return changed;
    }

    /** Follows redirects, as far as the client does that by default once it is told to follow any. */
    public ContractOptions withRedirects() {
        ContractOptions changed = new ContractOptions(this);
        changed.followsRedirects = true;
        return changed;
    }

    /** Keeps cookies and sends them where they belong, in the client's usual way. */
    public ContractOptions withCookies() {
        ContractOptions changed = new ContractOptions(this);
        changed.keepsCookies = true;
        return changed;
    }

    /** Speaks HTTP/2. */
    public ContractOptions withHttp2() {
        ContractOptions changed = new ContractOptions(this);
        changed.speaksHttp2 = true;
        return changed;
    }

    /** Speaks TLS with this. */
    public ContractOptions withTls(ContractTls tls) {
        ContractOptions changed = new ContractOptions(this);
        changed.tls = Optional.of(tls);
        return changed;
    }

    /** Has TLS ask for what this makes of the host of the URL, and verify that. */
    public ContractOptions withTlsName(UnaryOperator<String> nameOfHost) {
        ContractOptions changed = new ContractOptions(this);
        changed.tlsName = Optional.of(nameOfHost);
        return changed;
    }

    /** Has TLS verify the host of the instance. */
    public ContractOptions withTlsNameOfInstance() {
        ContractOptions changed = new ContractOptions(this);
        changed.verifiesInstances = true;
        return changed;
    }

    /**
     * Answers challenges (status 401, scheme Basic) as {@link #USER}.
     *
     * @param passwords the password for a host, as the client names the one that has asked; none if empty
     */
    public ContractOptions withPasswords(Function<String, Optional<String>> passwords) {
        ContractOptions changed = new ContractOptions(this);
        changed.passwords = Optional.of(passwords);
        return changed;
    }

    /** Makes failed calls again as this says. */
    public ContractOptions withRetries(RetryPolicy policy) {
        ContractOptions changed = new ContractOptions(this);
        changed.retries = Optional.of(policy);
        return changed;
    }

    /** Makes slow calls a second time as this says. */
    public ContractOptions withHedging(HedgePolicy policy) {
        ContractOptions changed = new ContractOptions(this);
        changed.hedging = Optional.of(policy);
        return changed;
    }

    /** Ends calls that take longer, body included. */
    public ContractOptions withCallTimeout(Duration limit) {
        ContractOptions changed = new ContractOptions(this);
        changed.callTimeout = Optional.of(limit);
        return changed;
    }

    /** Keeps callers at instances as this says. */
    public ContractOptions withSessions(HttpSessions carried) {
        ContractOptions changed = new ContractOptions(this);
        changed.sessions = Optional.of(carried);
        return changed;
    }

    public Router router() {
        return router;
    }

    /**
     * If present: the client's {@code pickRequest} function makes the value of this header the sticky key (no header, no
     * key), and {@code stripHeaders} removes it from what is sent.
     */
    public Optional<String> stickyHeader() {
        return stickyHeader;
    }

    /**
     * If present: the client's {@code replay} function says what the value of this header names, a {@link Replay}, and of
     * requests without it what {@link Replay#ofMethod} says.
     */
    public Optional<String> replayHeader() {
        return replayHeader;
    }

    /** Whether the client follows redirects; otherwise it follows none. */
    public boolean followsRedirects() {
        return followsRedirects;
    }

    /** Whether the client has a store of cookies, empty at first. */
    public boolean keepsCookies() {
        return keepsCookies;
    }

    /**
     * Whether the client speaks HTTP/2, otherwise it speaks HTTP/1.1: over TLS as it comes to an agreement with the server; in
     * clear text in whichever way it can, knowing that the server does, or by an upgrade.
     */
    public boolean speaksHttp2() {
        return speaksHttp2;
    }

    /** What the client speaks TLS with; that of the JVM if empty. */
    public Optional<ContractTls> tls() {
        return tls;
    }

    /** What the client's {@code tlsName} is; the default if empty. */
    public Optional<UnaryOperator<String>> tlsName() {
        return tlsName;
    }

    /** Whether the client is told {@code tlsNameOfInstance}. */
    public boolean verifiesInstances() {
        return verifiesInstances;
    }

    /** Asked for the password for a host when a server wants one; if empty, the client answers no challenge. */
    public Optional<Function<String, Optional<String>>> passwords() {
        return passwords;
    }

    /** What the client's {@code retries} is; the default if empty. */
    public Optional<RetryPolicy> retries() {
        return retries;
    }

    /** What the client's {@code hedging} is; the default if empty. */
    public Optional<HedgePolicy> hedging() {
        return hedging;
    }

    /** What the client's {@code sessions} is; none if empty. */
    public Optional<HttpSessions> sessions() {
        return sessions;
    }

    /** What the client's {@code callTimeout} is, in the place where it is usually set; none if empty. */
    public Optional<Duration> callTimeout() {
        return callTimeout;
    }
}
