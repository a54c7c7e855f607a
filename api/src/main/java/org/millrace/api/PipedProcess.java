package org.millrace.api;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.lang.ref.Cleaner;
import java.nio.charset.Charset;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/**
 * The lines that a command writes while records are written to it.
 *
 * <p>The thread that reads the lines is the only one that asks for records. Three threads of its
 * own move bytes, through bounded queues, so that neither side can block the other for good: while
 * no line is there, records are handed on; while no record can be handed on, a line is waited for.
 * A command may stop reading before the end; what counts is how it exits. It is killed when the
 * records before it fail, and when its lines are not read to the end and nobody holds this iterator
 * any more. Not thread-safe.
 */
final class PipedProcess implements Iterator<String> {
  private static final Cleaner ABANDONED = Cleaner.create();

  private final Iterator<?> records;
  private final Plumbing plumbing;
  private final Cleaner.Cleanable cleanable;
  private String next;
  private boolean ended;

  PipedProcess(PipedPartition<?> piped, Iterator<?> records) {
    this.records = records;
    this.plumbing = new Plumbing(piped);
    this.cleanable = ABANDONED.register(this, plumbing::kill);
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      try {
        next = advance();
        ended = next == null;
      } finally {
        if (next == null) {
          ended = true;
          cleanable.clean();
        }
      }
    }
    return next != null;
  }

  private String advance() {
    while (true) {
      switch (plumbing.await()) {
        case LINE -> {
          return plumbing.takeLine();
        }
        case ROOM -> {
          if (records.hasNext()) {
            plumbing.put(String.valueOf((Object) records.next()));
          } else {
            plumbing.endInput();
          }
        }
        case END -> {
          plumbing.finish();
          return null;
        }
      }
    }
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the command has written no more lines");
    }
    String line = next;
    next = null;
    return line;
  }

  /** What can be done now. */
  private enum Event {
    LINE,
    ROOM,
    END
  }

  /**
   * The process, its threads and the queues between. Synchronized because three threads and the
   * task's meet here; it must not refer to the iterator, whose end it outlives.
   */
  private static final class Plumbing {
    private static final int QUEUED = 1_000;
    private static final int KEPT_ERROR_LINES = 20;

    private final PipedPartition<?> piped;
    private final Charset charset;
    private final Path ownDirectory;
    private final Process process;
    private final Thread errorReader;
    private final Deque<String> input = new ArrayDeque<>();
    private final Deque<String> output = new ArrayDeque<>();
    private final Deque<String> errors = new ArrayDeque<>();
    private boolean inputEnded;
    private boolean outputEnded;

    Plumbing(PipedPartition<?> piped) {
      this.piped = piped;
      this.charset = Charset.forName(piped.encoding());
      ProcessBuilder builder = new ProcessBuilder(piped.command());
      builder.environment().putAll(piped.environment());
      try {
        ownDirectory = piped.hasOwnDirectory() ? linkedDirectory() : null;
        if (ownDirectory != null) {
          builder.directory(ownDirectory.toFile());
        }
        process = builder.start();
      } catch (IOException e) {
        throw failed("cannot be started: " + e.getMessage(), e);
      }
      start("stdin", this::writeInput);
      start("stdout", this::readOutput);
      errorReader = start("stderr", this::readErrors);
    }

    private Thread start(String name, Runnable work) {
      Thread thread = new Thread(work, "pipe-" + name + "-" + process.pid());
      thread.setDaemon(true);
      thread.start();
      return thread;
    }

    private static Path linkedDirectory() throws IOException {
      Path current = Path.of("").toAbsolutePath();
      List<Path> entries = new ArrayList<>();
      try (Stream<Path> listing = Files.list(current)) {
        listing.filter(entry -> !isOwn(entry)).forEach(entries::add);
      }
      Path directory = Files.createTempDirectory(current, "millrace-pipe-");
      for (Path entry : entries) {
        Files.createSymbolicLink(directory.resolve(entry.getFileName()), entry);
      }
      return directory;
    }

    private static boolean isOwn(Path entry) {
      return entry.getFileName().toString().startsWith("millrace-pipe-");
    }

    synchronized Event await() {
      try {
        while (true) {
          if (!output.isEmpty()) {
            return Event.LINE;
          } else if (outputEnded) {
            return Event.END;
          } else if (!inputEnded && input.size() < QUEUED) {
            return Event.ROOM;
          }
          wait();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failed("was given up because its task was interrupted", e);
      }
    }

    synchronized String takeLine() {
      notifyAll();
      return output.remove();
    }

    synchronized void put(String record) {
      input.add(record);
      notifyAll();
    }

    synchronized void endInput() {
      inputEnded = true;
      notifyAll();
    }

    /** The next record to write; null at the end. */
    private synchronized String nextInput() throws InterruptedException {
      while (input.isEmpty() && !inputEnded) {
        wait();
      }
      notifyAll();
      return input.poll();
    }

    private synchronized boolean hasInput() {
      return !input.isEmpty() || inputEnded;
    }

    private void writeInput() {
      try (Writer writer =
          new BufferedWriter(
              new OutputStreamWriter(process.getOutputStream(), charset), piped.bufferBytes())) {
        for (String record = nextInput(); record != null; record = nextInput()) {
          writer.write(record);
          writer.write('\n');
          if (!hasInput()) {
            writer.flush(); // a command that answers line by line must not wait for a full buffer
          }
        }
      } catch (IOException e) {
        endInput(); // the command reads no more; its exit status says whether that is right
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        endInput();
      }
    }

    private void readOutput() {
      try (BufferedReader reader = process.inputReader(charset)) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          addLine(line);
        }
      } catch (IOException e) {
        addError("its output cannot be read: " + e);
        process.destroyForcibly();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        process.destroyForcibly();
      } finally {
        endOutput();
      }
    }

    private synchronized void addLine(String line) throws InterruptedException {
      while (output.size() >= QUEUED) {
        wait();
      }
      output.add(line);
      notifyAll();
    }

    private synchronized void endOutput() {
      outputEnded = true;
      notifyAll();
    }

    private void readErrors() {
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(process.getErrorStream(), charset))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          addError(line);
        }
      } catch (IOException e) {
        addError("its error output cannot be read: " + e);
      }
    }

    private synchronized void addError(String line) {
      if (errors.size() == KEPT_ERROR_LINES) {
        errors.remove();
      }
      errors.add(line);
    }

    private synchronized String lastErrors() {
      return errors.isEmpty()
          ? "it wrote nothing to its error output"
          : "the end of its error output: " + String.join("\n", errors);
    }

    /** Waits for the exit of a process that has written everything. */
    void finish() {
      try {
        int status = process.waitFor();
        errorReader.join();
        if (status != 0) {
          throw failed("exited with status " + status + "; " + lastErrors(), null);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failed("was given up because its task was interrupted", e);
      }
    }

    /** Ends everything; a process that has exited is left alone. */
    void kill() {
      process.destroyForcibly();
      synchronized (this) {
        input.clear();
        inputEnded = true;
        output.clear();
        notifyAll();
      }
      if (ownDirectory != null) {
        deleteDirectory();
      }
    }

    private void deleteDirectory() {
      process.onExit().join();
      try {
        Files.walkFileTree(ownDirectory, new Deletion());
      } catch (IOException e) {
        throw failed("left files in " + ownDirectory + ", which cannot be deleted: " + e, e);
      }
    }

    private MillraceException failed(String what, Throwable cause) {
      return new MillraceException(
          ErrorCode.COMMAND_FAILED,
          "the command "
              + String.join(" ", piped.command())
              + " of pipe "
              + what
              + "; run it on an executor's node by hand to see why",
          cause);
    }
  }

  /** Deletes links and what the command has made, never what a link points to. */
  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
