package dev.evenkeel.lb.discovery;

import com.google.common.base.CharMatcher;
import com.google.common.base.Splitter;
import dev.evenkeel.lb.instance.ServiceInstance;
import dev.evenkeel.lb.text.HostNames;
import dev.evenkeel.lb.text.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The format of {@link InstanceSource#file}: one instance in each line. A fault in any line is a fault of the file. */
final class InstanceLines {

    private static final Splitter WORDS = Splitter.on(CharMatcher.anyOf(" \t")).omitEmptyStrings();
    private static final String METADATA = "metadata.";
    private static final String BYTE_ORDER_MARK = "\ufeff";

    private InstanceLines() {}

    /**
     * The instances of the service.
     *
     * @param file what the content is called in messages
     * @throws IllegalArgumentException if the content is broken; the message begins with file and line
     */
    static List<ServiceInstance> parse(byte[] content, String file, String serviceName) {
        List<ServiceInstance> instances = new ArrayList<>();
        int number = 0;
        for (String line : (Iterable<String>) decode(content, file).lines()::iterator) {
            number++;
            List<String> words = words(line);
            if (words.isEmpty()) {
                continue;
            }
            try {
                ServiceInstance instance = instance(words);
                if (HostNames.canonicalServiceName("service", words.get(0)).equals(serviceName)) {
                    instances.add(instance);
                }
            } catch (IllegalArgumentException refused) {
                throw new IllegalArgumentException(file + ":" + number + ": " + refused.getMessage(), refused);
            }
        }
        return List.copyOf(instances);
    }

    private static String decode(byte[] content, String file) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (CharacterCodingException malformed) {
            throw new IllegalArgumentException(file + ": not text in UTF-8", malformed);
        }
    }

    /** Up to a word that begins with the sign of a comment. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        for (String word : WORDS.split(line)) {
            if (word.startsWith("#")) {
                break;
            }
            words.add(word);
        }
        return words;
    }

    private static ServiceInstance instance(List<String> words) {
        if (words.size() < 2) {
            throw refusal("line", words.get(0), "a service, a host:port and, if need be, properties");
        }
        ServiceInstance.Builder builder = ServiceInstance.builder(words.get(1));
        Map<String, String> metadata = new LinkedHashMap<>();
        Set<String> given = new HashSet<>();
        for (String property : words.subList(2, words.size())) {
            int equals = property.indexOf('=');
            if (equals <= 0) {
                throw refusal("property", property, "name=value");
            }
            String name = property.substring(0, equals);
            String value = property.substring(equals + 1);
            if (!given.add(name)) {
                throw refusal("property", property, name + " once");
            }
            if (name.startsWith(METADATA)) {
                metadata.put(name.substring(METADATA.length()), value);
            } else {
                set(builder, name, value);
            }
        }
        return builder.metadata(metadata).build();
    }

    private static void set(ServiceInstance.Builder builder, String name, String value) {
        try {
            switch (name) {
                case "id" -> builder.id(value);
                case "weight" -> builder.weight(Double.parseDouble(value));
                case "zone" -> builder.zone(value);
                case "priority" -> builder.priority(Integer.parseInt(value));
                case "startTime" -> builder.startTime(Instant.parse(value));
                default -> throw refusal("property", name, "id, weight, zone, priority, startTime or metadata.<name>");
            }
        } catch (NumberFormatException noNumber) {
            throw refusal(name, value, "a number");
        } catch (DateTimeException noTime) {
            throw refusal(name, value, "a time such as 2030-01-31T12:00:00Z");
        }
    }

    private static IllegalArgumentException refusal(String what, String value, String expected) {
        return new IllegalArgumentException(what + ": " + Printable.of(value) + " (expected: " + expected + ")");
    }
}
