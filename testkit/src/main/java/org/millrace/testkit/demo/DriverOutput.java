package org.millrace.testkit.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Follows what the driver prints, in the log folder of its container on the lab's nodes. */
final class DriverOutput {
  private static final long POLL_MS = 50;
  private static final long CLOSE_TIMEOUT_MS = 5_000;
  private static final String DRIVER_CONTAINER = "_01_000001";

  private final Path containers;
  private final String application;
  private final LineOutput lines;
  private final Consumer<String> notes;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread = new Thread(this::follow, "demo-driver-output");

  private DriverOutput(
      Path containers, String application, Consumer<String> lines, Consumer<String> notes) {
    this.containers = containers;
    this.application = application;
    this.lines = new LineOutput(lines);
    this.notes = notes;
  }

  /**
   * Follows until {@link #finish}.
   *
   * @param containers the folder of the nodes' log folders
   */
  static DriverOutput follow(
      Path containers, String application, Consumer<String> lines, Consumer<String> notes) {
    DriverOutput output = new DriverOutput(containers, application, lines, notes);
    output.thread.setDaemon(true);
    output.thread.start();
    return output;
  }

  /** Reads the rest and ends. */
  void finish() throws InterruptedException {
    stop.countDown();
    thread.join(CLOSE_TIMEOUT_MS);
  }

  private void follow() {
    try {
      Optional<Path> file = find();
      while (file.isEmpty() && !pauseOrStop()) {
        file = find();
      }
      if (file.isPresent()) {
        // The stream stays open, so that it also gives what is written after the file was removed.
        try (InputStream in = Files.newInputStream(file.get())) {
          while (!pauseOrStop()) {
            in.transferTo(lines);
          }
          in.transferTo(lines);
        }
      }
    } catch (IOException e) {
      notes.accept("what the driver prints cannot be shown: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean pauseOrStop() throws InterruptedException {
    return stop.await(POLL_MS, TimeUnit.MILLISECONDS);
  }

  private Optional<Path> find() throws IOException {
    if (!Files.isDirectory(containers)) {
      return Optional.empty();
    }
    for (Path node : entries(containers)) {
      Path ofApplication = node.resolve(application);
      if (Files.isDirectory(ofApplication)) {
        for (Path container : entries(ofApplication)) {
          Path file = container.resolve("stdout");
          if (container.getFileName().toString().endsWith(DRIVER_CONTAINER)
              && Files.isRegularFile(file)) {
            return Optional.of(file);
          }
        }
      }
    }
    return Optional.empty();
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }
}
