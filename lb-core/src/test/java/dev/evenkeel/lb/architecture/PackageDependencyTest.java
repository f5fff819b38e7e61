package dev.evenkeel.lb.architecture;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/** Packages are layered: what each may use is said here, and read off the compiled classes with the JDK's own jdeps. */
class PackageDependencyTest {

    private static final String BASE = "dev.evenkeel.lb";
    private static final Pattern ARROW = Pattern.compile("^\\s+(\\S+)\\s+->\\s+(\\S+)\\s.*$");

    /** The support packages {@code time}, {@code text} and {@code concurrent} use nothing of ours and may be used by all. */
    private static final Set<String> SUPPORT = Set.of("time", "text", "concurrent");

    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            entry("time", Set.of()),
            entry("text", Set.of()),
            entry("concurrent", Set.of()),
            entry("instance", Set.of()),
            entry("tier", Set.of("instance")),
            entry("request", Set.of("instance")),
            entry("discovery", Set.of("instance")),
            entry("strategy", Set.of("instance", "request")),
            entry("health", Set.of("instance", "request")),
            entry("observe", Set.of("instance", "request", "health")),
            entry("admission", Set.of()),
            entry("retry", Set.of()),
            entry("session", Set.of("request")),
            entry("", Set.of("instance", "tier", "request", "discovery", "strategy", "health", "observe", "admission")),
            entry("call", Set.of("", "instance", "request", "admission", "retry")),
            entry("socket", Set.of("", "call", "instance", "request", "retry")),
            entry("routing", Set.of("", "request")));

    @Test
    void packagesUseOnlyWhatIsBelowThem() throws Exception {
        Map<String, Set<String>> used = usedPackages();
        assertThat(used.keySet()).isEqualTo(ALLOWED.keySet());
        used.forEach((name, others) -> {
            Set<String> allowed = new TreeSet<>(ALLOWED.get(name));
            if (!SUPPORT.contains(name)) {
                allowed.addAll(SUPPORT);
            }
            assertThat(allowed).as("what %s.%s may use", BASE, name).containsAll(others);
        });
    }

    @Test
    void theRulesThemselvesAreAcyclic() {
        Set<String> settled = new TreeSet<>();
        while (settled.size() < ALLOWED.size()) {
            Set<String> next = new TreeSet<>();
            ALLOWED.forEach((name, allowed) -> {
                if (!settled.contains(name) && settled.containsAll(allowed)) {
                    next.add(name);
                }
            });
            assertThat(next).as("packages that use only %s", settled).isNotEmpty();
            settled.addAll(next);
        }
    }

    private static Map<String, Set<String>> usedPackages() throws Exception {
        Path classes = Path.of("target", "classes");
        assertThat(classes).isDirectory();
        StringWriter out = new StringWriter();
        // With the module descriptor jdeps would ask for the modules that it requires.
        Path bare = Files.createTempDirectory(Path.of("target"), "jdeps");
        copyClasses(classes, bare);
        int exit = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(
                        new PrintWriter(out),
                        new PrintWriter(out),
                        "--multi-release",
                        "base",
                        "--ignore-missing-deps",
                        "-verbose:package",
                        "-filter:none",
                        bare.toString());
        assertThat(exit).as(out.toString()).isZero();
        Map<String, Set<String>> used = new HashMap<>();
        for (String line : out.toString().split("\\R", -1)) {
            Matcher arrow = ARROW.matcher(line);
            if (arrow.matches() && isOurs(arrow.group(1))) {
                String from = arrow.group(1);
                String to = arrow.group(2);
                Set<String> others = used.computeIfAbsent(shortName(from), name -> new TreeSet<>());
                if (isOurs(to) && !to.equals(from)) {
                    others.add(shortName(to));
                }
            }
        }
        return used;
    }

    private static void copyClasses(Path from, Path to) throws Exception {
        try (var files = Files.walk(from)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                if (!file.endsWith("module-info.class")) {
                    Path target = to.resolve(from.relativize(file).toString());
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
    }

    private static boolean isOurs(String name) {
        return name.equals(BASE) || name.startsWith(BASE + ".");
    }

    private static String shortName(String name) {
        return name.equals(BASE) ? "" : name.substring(BASE.length() + 1);
    }
}
