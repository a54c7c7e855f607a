package org.millrace.testkit.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder of its own on this machine. */
final class LocalStorage implements Storage {
  private static final String OUTPUT = "counts";

  private final Path folder;
  private final Path input;

  private LocalStorage(Path folder) {
    this.folder = folder;
    this.input = folder.resolve("input");
  }

  /** Makes a temporary folder. */
  static LocalStorage create() throws IOException {
    LocalStorage storage = new LocalStorage(Files.createTempDirectory("millrace-demo-"));
    Files.createDirectory(storage.input);
    return storage;
  }

  @Override
  public String input() {
    return "file://" + input;
  }

  @Override
  public String outputPrefix() {
    return "file://" + folder.resolve(OUTPUT);
  }

  @Override
  public void put(String name, byte[] content) throws IOException {
    Path temporary = folder.resolve(name);
    Files.write(temporary, content);
    Files.move(temporary, input.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public WordTally savedCounts() throws IOException {
    WordTally tally = new WordTally();
    for (Path batch : entries(folder, OUTPUT)) {
      if (!Files.exists(batch.resolve(SavedCounts.SUCCESS))) {
        throw SavedCounts.incomplete(batch.toString());
      }
      for (Path part : entries(batch, SavedCounts.PART)) {
        try (InputStream in = Files.newInputStream(part)) {
          SavedCounts.addTo(tally, in, part.toString());
        }
      }
    }
    return tally;
  }

  @Override
  public void delete() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }

  private static List<Path> entries(Path directory, String prefix) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(entry -> entry.getFileName().toString().startsWith(prefix))
          .sorted()
          .toList();
    }
  }
}
