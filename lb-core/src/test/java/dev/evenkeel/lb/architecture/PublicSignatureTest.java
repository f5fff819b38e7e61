package dev.evenkeel.lb.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Serializable;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every public class of the core keeps to. */
class PublicSignatureTest {

    @Test
    void guavaStaysInside() throws Exception {
        List<String> signatures = new ArrayList<>();
        for (Class<?> type : publicClasses()) {
            Stream.concat(Arrays.stream(type.getDeclaredMethods()), Arrays.stream(type.getDeclaredConstructors()))
                    .filter(member ->
                            Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers()))
                    .forEach(member -> signatures.add(signature(member)));
        }
        assertThat(signatures).hasSizeGreaterThan(100).noneMatch(signature -> signature.contains("com.google"));
    }

    @Test
    void classesAreFinalUnlessTheyAreMeantToBeExtended() throws Exception {
        assertThat(publicClasses())
                .hasSizeGreaterThan(30)
                .allMatch(type -> type.isInterface()
                        || type.isEnum()
                        || Modifier.isFinal(type.getModifiers())
                        || type.isSealed());
    }

    @Test
    void nothingButExceptionsCanBeSerialized() throws Exception {
        assertThat(publicClasses())
                .filteredOn(type -> !type.isEnum() && !Throwable.class.isAssignableFrom(type))
                .noneMatch(Serializable.class::isAssignableFrom);
    }

    private static String signature(Executable member) {
        List<Type> types = new ArrayList<>(List.of(member.getGenericParameterTypes()));
        if (member instanceof Method method) {
            types.add(method.getGenericReturnType());
        } else {
            assertThat(member).isInstanceOf(Constructor.class);
        }
        return member.getDeclaringClass().getName() + "." + member.getName() + types;
    }

    private static List<Class<?>> publicClasses() throws Exception {
        Path classes = Path.of("target", "classes");
        List<Class<?>> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name =
                        classes.relativize(file).toString().replace('/', '.').replace(".class", "");
                if (name.equals("module-info") || name.endsWith("package-info")) {
                    continue;
                }
                Class<?> type = Class.forName(name, false, PublicSignatureTest.class.getClassLoader());
                if (Modifier.isPublic(type.getModifiers())) {
                    found.add(type);
                }
            }
        }
        return found;
    }
}
