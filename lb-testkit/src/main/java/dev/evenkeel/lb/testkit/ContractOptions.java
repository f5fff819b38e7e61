package dev.evenkeel.lb.testkit;

import static java.util.Objects.requireNonNull;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.routing.Router;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** How the suite wants a client built. An immutable value; the methods that start with {@code with} give a changed copy. */
public final class ContractOptions {

    /** As whom the client answers challenges. */
    public static final String USER = "ada";

    private final Router router;
    private final Optional<String> stickyHeader;
    private final boolean followsRedirects;
    private final boolean keepsCookies;
    private final Optional<ContractTls> tls;
    private final Optional<Function<String, Optional<String>>> passwords;

    private ContractOptions(
            Router router,
            Optional<String> stickyHeader,
            boolean followsRedirects,
            boolean keepsCookies,
            Optional<ContractTls> tls,
            Optional<Function<String, Optional<String>>> passwords) {
        this.router = router;
        this.stickyHeader = stickyHeader;
        this.followsRedirects = followsRedirects;
        this.keepsCookies = keepsCookies;
        this.tls = tls;
        this.passwords = passwords;
    }

    /** A client in front of these balancers, by host. */
    public static ContractOptions of(LoadBalancer... balancers) {
        return of(Router.of(Arrays.asList(balancers)));
    }

    /** A client that goes by this router. */
    public static ContractOptions of(Router router) {
        return new ContractOptions(
                requireNonNull(router, "router"), Optional.empty(), false, false, Optional.empty(), Optional.empty());
    }

    /** Takes the sticky key from this header, and strips the header. */
    public ContractOptions withStickyHeader(String name) {
        return new ContractOptions(router, Optional.of(name), followsRedirects, keepsCookies, tls, passwords);
    }

    /** Follows redirects, as far as the client does that by default once it is told to follow any. */
    public ContractOptions withRedirects() {
        return new ContractOptions(router, stickyHeader, true, keepsCookies, tls, passwords);
    }

    /** Keeps cookies and sends them where they belong, in the client's usual way. */
    public ContractOptions withCookies() {
        return new ContractOptions(router, stickyHeader, followsRedirects, true, tls, passwords);
    }

    /** Speaks TLS with this. */
    public ContractOptions withTls(ContractTls tls) {
        return new ContractOptions(router, stickyHeader, followsRedirects, keepsCookies, Optional.of(tls), passwords);
    }

    /**
     * Answers challenges (status 401, scheme Basic) as {@link #USER}.
     *
     * @param passwords the password for a host, as the client names the one that has asked; none if empty
     */
    public ContractOptions withPasswords(Function<String, Optional<String>> passwords) {
        return new ContractOptions(router, stickyHeader, followsRedirects, keepsCookies, tls, Optional.of(passwords));
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

    /** Whether the client follows redirects; otherwise it follows none. */
    public boolean followsRedirects() {
        return followsRedirects;
    }

    /** Whether the client has a store of cookies, empty at first. */
    public boolean keepsCookies() {
        return keepsCookies;
    }

    /** What the client speaks TLS with; that of the JVM if empty. */
    public Optional<ContractTls> tls() {
        return tls;
    }

    /** Asked for the password for a host when a server wants one; if empty, the client answers no challenge. */
    public Optional<Function<String, Optional<String>>> passwords() {
        return passwords;
    }
}
