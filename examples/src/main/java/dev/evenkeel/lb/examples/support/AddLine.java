package dev.evenkeel.lb.examples.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A program that adds a line to a file. It moves a new file into the place of the old one, so that none is half written. */
public final class AddLine {

    private AddLine() {}

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        Path written = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(written, Files.readString(file) + args[1] + "\n");
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
