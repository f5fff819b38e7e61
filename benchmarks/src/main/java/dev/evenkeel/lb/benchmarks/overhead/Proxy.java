package dev.evenkeel.lb.benchmarks.overhead;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A reverse proxy in front of some servers, in turn, over connections that are kept on both sides. It has as many threads, or
 * workers, as there are processors, and writes no log of calls. In a process of its own, with files of its own.
 */
final class Proxy implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_MILLIS = 20;

    /** The proxies that there are. */
    enum Kind {
        /** Connections to the servers may be used for any caller. */
        HAPROXY("HAProxy") {
            @Override
            String configuration(Path directory, int port, List<Integer> servers) {
                return """
                        global
                            nbthread %d
                        defaults
                            mode http
                            http-reuse always
                            timeout connect 5s
                            timeout client 1m
                            timeout server 1m
                        frontend hello
                            bind 127.0.0.1:%d
                            default_backend servers
                        backend servers
                            balance roundrobin
                        %s
                        """.formatted(processors(), port, lines(servers, "    server s%1$d 127.0.0.1:%1$d"));
            }

            @Override
            List<String> command(String program, Path configuration) {
                return List.of(program, "-db", "-f", configuration.toString());
            }
        },

        /** By default it closes a connection after a thousand requests. */
        NGINX("NGINX") {
            @Override
            String configuration(Path directory, int port, List<Integer> servers) {
                return """
                        daemon off;
                        worker_processes %d;
                        pid %2$s/pid;
                        events {
                            worker_connections 1024;
                        }
                        http {
                            access_log off;
                            client_body_temp_path %2$s/body;
                            proxy_temp_path %2$s/proxy;
                            fastcgi_temp_path %2$s/fastcgi;
                            uwsgi_temp_path %2$s/uwsgi;
                            scgi_temp_path %2$s/scgi;
                            keepalive_requests 1000000000;
                            upstream servers {
                        %4$s
                                keepalive 64;
                                keepalive_requests 1000000000;
                            }
                            server {
                                listen 127.0.0.1:%3$d;
                                location / {
                                    proxy_pass http://servers;
                                    proxy_http_version 1.1;
                                    proxy_set_header Connection "";
                                }
                            }
                        }
                        """.formatted(processors(), directory, port, lines(servers, "        server 127.0.0.1:%d;"));
            }

            @Override
            List<String> command(String program, Path configuration) {
                return List.of(program, "-e", "stderr", "-c", configuration.toString());
            }
        };

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        /** As it calls itself. */
        String title() {
            return title;
        }

        abstract String configuration(Path directory, int port, List<Integer> servers);

        abstract List<String> command(String program, Path configuration);

        /** The program, if it is installed; where systems put such programs if not on the path. */
        Optional<Path> program() {
            String name = title.toLowerCase(Locale.ROOT);
            String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin";
            return Arrays.stream(path.split(":"))
                    .filter(directory -> !directory.isEmpty())
                    .map(directory -> Path.of(directory, name))
                    .filter(Files::isExecutable)
                    .findFirst();
        }

        private static int processors() {
            return Runtime.getRuntime().availableProcessors();
        }

        private static String lines(List<Integer> ports, String format) {
            return ports.stream().map(format::formatted).collect(Collectors.joining("\n"));
        }
    }

    private final Process process;
    private final Path directory;
    private final int port;

    private Proxy(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    /**
     * Starts it, and returns when it can be called.
     *
     * @param servers their ports
     */
    static Proxy start(Kind kind, Path program, List<Integer> servers) throws IOException, InterruptedException {
        int port = freePort();
        Path directory = Files.createTempDirectory("evenkeel-proxy");
        Path configuration = Files.writeString(directory.resolve("conf"), kind.configuration(directory, port, servers));
        Process process = new ProcessBuilder(kind.command(program.toString(), configuration))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Proxy proxy = new Proxy(process, directory, port);
        proxy.awaitReady(kind);
        return proxy;
    }

    int port() {
        return port;
    }

    private void awaitReady(Kind kind) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (!isListening()) {
            if (!process.isAlive() || System.nanoTime() - begun > PATIENCE_NANOS) {
                close();
                throw new IOException(kind.title() + ": does not listen at " + port);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Asks it to end, which makes it end its workers. */
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
