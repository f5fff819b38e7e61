package dev.evenkeel.lb.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.evenkeel.lb.LoadBalancer;
import dev.evenkeel.lb.examples.support.Waiting;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.observe.InstanceSnapshot;
import dev.evenkeel.lb.request.Outcome;
import dev.evenkeel.lb.strategy.Strategies;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** JDBC over balanced sockets: the driver and the servers are PostgreSQL's own. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PostgresTest {

    /** The driver looks its host up before it connects, so this is an address; nobody is there. */
    private static final String URL = "jdbc:postgresql://192.0.2.1/postgres?user=postgres&socketFactory="
            + PostgresSockets.class.getName() + "&socketFactoryArg=db";

    private static boolean runs;
    private static final List<EmbeddedPostgres> servers = new ArrayList<>();

    private final List<Connection> connections = new ArrayList<>();
    private LoadBalancer db;

    @BeforeAll
    static void startServers() throws Exception {
        runs = canRun();
        while (runs && servers.size() < 2) {
            servers.add(EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofMinutes(2))
                    .start());
        }
    }

    /** The binaries that the tests have are for Linux, and refuse to run as root, but for in a name space of their own. */
    private static boolean canRun() throws IOException, InterruptedException {
        return System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64")
                && (!System.getProperty("user.name").equals("root") || succeeds("unshare", "-U", "true"));
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command).start().waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    @AfterAll
    static void stopServers() throws IOException {
        for (EmbeddedPostgres server : servers) {
            server.close();
        }
    }

    @BeforeEach
    void balance() {
        assumeTrue(runs, "PostgreSQL runs here");
        db = LoadBalancer.builder("db")
                .instances(servers.stream()
                        .map(server -> ServiceInstance.of("127.0.0.1", server.getPort()))
                        .toList())
                .strategy(Strategies.leastInFlight())
                .build();
        PostgresSockets.balance(db);
    }

    @AfterEach
    void nothingIsInFlight() throws SQLException {
        if (runs) {
            for (Connection connection : connections) {
                connection.close();
            }
            assertThat(db.snapshot().inFlight()).isZero();
            db.close();
        }
    }

    @Test
    @Order(1)
    void connectionsAreSpreadByHowManyThereAre() throws Exception {
        connect(8);
        assertThat(ports()).containsExactlyInAnyOrderElementsOf(times(4));
        assertThat(inFlight()).containsExactly(4, 4);
        close(connections.get(0));
        close(connections.get(0));
        connect(2);
        assertThat(inFlight()).containsExactly(4, 4);
        assertThat(ports()).containsExactlyInAnyOrderElementsOf(times(4));
    }

    /** The driver does that over a connection of its own, which would go to the other server, as that has fewer. */
    @Test
    @Order(2)
    void aStatementIsCancelledWhereItRuns() throws Exception {
        Connection connection = connect(1).get(0);
        int port = port(connection);
        try (Statement statement = connection.createStatement()) {
            CompletableFuture<Void> sleeping =
                    CompletableFuture.runAsync(() -> execute(statement, "select pg_sleep(60)"));
            awaitRunning(port, "select pg_sleep(60)");
            statement.cancel();
            assertThatThrownBy(() -> sleeping.get(30, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(SQLException.class)
                    .hasStackTraceContaining("canceling statement due to user request");
        }
        assertThat(query(connection, "select 1")).isEqualTo(1);
    }

    /** The last one, as a server does not come back. */
    @Test
    @Order(3)
    void whatWasAtAServerThatStopsIsMadeAnewElsewhere() throws Exception {
        connect(4);
        int alive = servers.get(0).getPort();
        int stopped = servers.get(1).getPort();
        servers.get(1).close();
        List<Connection> lost = new ArrayList<>();
        for (Connection connection : connections) {
            if (!connection.isValid(30)) {
                lost.add(connection);
            }
        }
        assertThat(lost).hasSize(2);
        for (Connection connection : lost) {
            close(connection);
        }
        connect(2);
        assertThat(ports()).containsExactly(alive, alive, alive, alive);
        InstanceSnapshot gone = db.snapshot().instance("127.0.0.1:" + stopped);
        assertThat(gone.inFlight()).isZero();
        assertThat(gone.outcomes(Outcome.Kind.NEVER_REACHED))
                .as("tried first, as it has fewest")
                .isPositive();
    }

    private List<Connection> connect(int count) throws SQLException {
        List<Connection> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(DriverManager.getConnection(URL));
        }
        connections.addAll(made);
        return made;
    }

    private void close(Connection connection) throws SQLException {
        connection.close();
        connections.remove(connection);
    }

    private List<Integer> inFlight() {
        return db.snapshot().instances().stream()
                .map(InstanceSnapshot::inFlight)
                .toList();
    }

    private static List<Integer> times(int each) {
        List<Integer> ports = new ArrayList<>();
        for (EmbeddedPostgres server : servers) {
            ports.addAll(Collections.nCopies(each, server.getPort()));
        }
        return ports;
    }

    /** At which server each connection is, by the server's own word. */
    private List<Integer> ports() throws SQLException {
        List<Integer> ports = new ArrayList<>();
        for (Connection connection : connections) {
            ports.add(port(connection));
        }
        return ports;
    }

    private static int port(Connection connection) throws SQLException {
        return query(connection, "select current_setting('port')::int");
    }

    private static int query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getInt(1);
        }
    }

    private static void execute(Statement statement, String sql) {
        try {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void awaitRunning(int port, String sql) throws SQLException {
        try (Connection direct =
                DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres")) {
            String running = "select count(*) from pg_stat_activity where state = 'active' and query = '" + sql + "'";
            assertThat(Waiting.until(() -> isOne(direct, running), Duration.ofSeconds(30)))
                    .isTrue();
        }
    }

    private static boolean isOne(Connection connection, String sql) {
        try {
            return query(connection, sql) == 1;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
