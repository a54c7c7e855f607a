package org.millrace.checkpoint.files;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;

/**
 * Durable files in memory with the behaviour of HDFS: what was not flushed is lost in a {@link
 * #crash}, a recovered lease or a missing directory fences the writer. Flushes can be held back or
 * made to fail. Paths are used as they are; the root is {@code /}.
 *
 * <p>Each operation is one blocking work, so a simulation interleaves them. Thread-safe; it is
 * synchronized because real threads may share it in tests of several processes.
 */
public final class FakeDurableFiles implements DurableFiles {

  private static final String EXECUTOR = "files";
  private static final int DEFAULT_REPLICATION = 3;

  private final BlockingWork work;
  private final Clock clock;
  private final TreeMap<String, Node> nodes = new TreeMap<>();
  private final List<Runnable> heldFlushes = new ArrayList<>();
  private boolean holdFlushes;
  private Predicate<String> failFlush = path -> false;
  private Predicate<String> uncertainRename = path -> false;
  private List<String> machines = List.of();
  private int flushes;
  private int appends;
  private int listings;

  public FakeDurableFiles(BlockingWork work, Clock clock) {
    this.work = work;
    this.clock = clock;
    nodes.put("/", new Node(true));
  }

  /** Keeps every flush from completing until {@link #releaseFlushes}. */
  public synchronized void holdFlushes() {
    holdFlushes = true;
  }

  /** Completes the flushes that were held, in their order, and holds no more. */
  public void releaseFlushes() {
    List<Runnable> held;
    synchronized (this) {
      holdFlushes = false;
      held = List.copyOf(heldFlushes);
      heldFlushes.clear();
    }
    held.forEach(Runnable::run);
  }

  /**
   * Gives new files replicas on these machines: on those that are favored, then on the first ones.
   */
  public synchronized void machines(List<String> names) {
    machines = List.copyOf(names);
  }

  /** Which machines hold the file. */
  public synchronized List<String> machinesOf(String path) {
    return file("look at", path).machines;
  }

  private List<String> place(CreateOptions options) {
    return Stream.concat(
            options.favoredNodes().stream().filter(machines::contains), machines.stream())
        .distinct()
        .limit(options.replicas(DEFAULT_REPLICATION))
        .toList();
  }

  /** How many flushes are held now. */
  public synchronized int heldFlushes() {
    return heldFlushes.size();
  }

  /** Makes flushes of the paths fail from now on, with code {@code DURABILITY_UNKNOWN}. */
  public synchronized void failFlushes(Predicate<String> paths) {
    failFlush = paths;
  }

  /** Makes renames to these targets happen but answer UNKNOWN. */
  public synchronized void answerUnknownAfterRename(Predicate<String> targets) {
    uncertainRename = targets;
  }

  /** How many flushes were carried out. */
  public synchronized int flushes() {
    return flushes;
  }

  /** How many appends were carried out. */
  public synchronized int appends() {
    return appends;
  }

  /** All machines stop: unflushed bytes are lost, all writers are gone. */
  public synchronized void crash() {
    heldFlushes.clear();
    nodes
        .values()
        .forEach(
            node -> {
              node.writer = null;
              byte[] content = node.content.toByteArray();
              node.content.reset();
              node.content.write(content, 0, node.flushedBytes);
            });
  }

  /** The bytes that a reader sees. */
  public synchronized byte[] content(String path) {
    Node node = file("read", path);
    return Arrays.copyOf(node.content.toByteArray(), node.flushedBytes);
  }

  /** Puts a closed file with this content there, over what was there; its directory must exist. */
  public synchronized void put(String path, byte[] content) {
    Node node = new Node(false);
    node.content.writeBytes(content);
    node.flushedBytes = content.length;
    node.modificationTimeMs = clock.nowMs();
    if (nodes.put(path, node) == null) {
      touch(parent(path));
    }
  }

  /** An entry of the directory came or went. */
  private void touch(String directory) {
    Node node = nodes.get(directory);
    if (node != null) {
      node.modificationTimeMs = clock.nowMs();
    }
  }

  /** How many directories were listed. */
  public synchronized int listings() {
    return listings;
  }

  @Override
  public CompletableFuture<AppendFile> createExclusive(String path, CreateOptions options) {
    return run(
        () -> {
          Node parent = nodes.get(parent(path));
          if (parent == null || !parent.directory) {
            throw new FencedException("Could not create " + path + ": no directory", null);
          }
          if (nodes.containsKey(path)) {
            throw new MillraceException(
                ErrorCode.FILE_EXISTS, "Could not create " + path + ": it exists");
          }
          Node node = new Node(false);
          node.modificationTimeMs = clock.nowMs();
          node.machines = place(options);
          FakeAppendFile writer = new FakeAppendFile(path, node);
          node.writer = writer;
          nodes.put(path, node);
          touch(parent(path));
          return writer;
        });
  }

  @Override
  public synchronized InputStream open(String path, long offset) {
    byte[] content = content(path);
    if (offset < 0 || offset > content.length) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE, "Could not open %s at %d".formatted(path, offset));
    }
    return new ByteArrayInputStream(content, (int) offset, content.length - (int) offset);
  }

  @Override
  public CompletableFuture<List<FileStatus>> list(String directory) {
    return run(
        () -> {
          Node node = nodes.get(directory);
          if (node == null || !node.directory) {
            throw missing("list", directory);
          }
          listings++;
          return statuses(path -> parent(path).equals(directory) && !path.equals(directory));
        });
  }

  @Override
  public CompletableFuture<List<FileStatus>> glob(String pattern) {
    Pattern regex = Pattern.compile(pattern.replace(".", "\\.").replace("*", "[^/]*"));
    return run(() -> statuses(path -> regex.matcher(path).matches()));
  }

  private List<FileStatus> statuses(Predicate<String> wanted) {
    return nodes.keySet().stream().filter(wanted).map(this::describe).toList();
  }

  private FileStatus describe(String path) {
    Node node = nodes.get(path);
    return new FileStatus(path, node.flushedBytes, node.modificationTimeMs, node.directory);
  }

  @Override
  public CompletableFuture<Optional<FileStatus>> status(String path) {
    return run(() -> nodes.containsKey(path) ? Optional.of(describe(path)) : Optional.empty());
  }

  @Override
  public CompletableFuture<Outcome> rename(String from, String to) {
    return run(
        () -> {
          if (!nodes.containsKey(from)) {
            return nodes.containsKey(to) ? Outcome.DONE : Outcome.FAILED;
          }
          if (nodes.containsKey(to) || !nodes.containsKey(parent(to))) {
            return Outcome.FAILED;
          }
          move(from, to);
          return uncertainRename.test(to) ? Outcome.UNKNOWN : Outcome.DONE;
        });
  }

  private void move(String from, String to) {
    for (String path : List.copyOf(nodes.keySet())) {
      if (path.equals(from) || path.startsWith(from + "/")) {
        nodes.put(to + path.substring(from.length()), nodes.remove(path));
      }
    }
    touch(parent(from));
    touch(parent(to));
  }

  @Override
  public CompletableFuture<Outcome> renameDirectory(String from, String to) {
    return rename(from, to);
  }

  @Override
  public CompletableFuture<Outcome> delete(String path) {
    return run(
        () -> {
          if (nodes.keySet().removeIf(name -> name.equals(path) || name.startsWith(path + "/"))) {
            touch(parent(path));
          }
          return Outcome.DONE;
        });
  }

  @Override
  public CompletableFuture<Outcome> makeDirectories(String directory) {
    return run(
        () -> {
          for (String path = directory; !path.equals("/"); path = parent(path)) {
            Node node = nodes.get(path);
            if (node != null && !node.directory) {
              return Outcome.FAILED;
            }
          }
          for (String path = directory; !nodes.containsKey(path); path = parent(path)) {
            nodes.put(path, new Node(true));
            touch(path);
            touch(parent(path));
          }
          return Outcome.DONE;
        });
  }

  @Override
  public CompletableFuture<Void> recoverLease(String path, Duration timeout) {
    return run(
        () -> {
          Node node = file("recover", path);
          node.writer = null;
          byte[] content = node.content.toByteArray();
          node.content.reset();
          node.content.write(content, 0, node.flushedBytes);
          return null;
        });
  }

  @Override
  public CompletableFuture<List<String>> blockLocations(String path, long offset, long length) {
    return CompletableFuture.completedFuture(List.of());
  }

  private <T> CompletableFuture<T> run(Supplier<T> operation) {
    return work.run(
        EXECUTOR,
        () -> {
          synchronized (this) {
            return operation.get();
          }
        });
  }

  private Node file(String action, String path) {
    Node node = nodes.get(path);
    if (node == null || node.directory) {
      throw missing(action, path);
    }
    return node;
  }

  private static MillraceException missing(String action, String path) {
    return new MillraceException(
        ErrorCode.NO_SUCH_PATH, "Could not %s %s: it does not exist".formatted(action, path));
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  private static final class Node {
    private final boolean directory;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private int flushedBytes;
    private long modificationTimeMs;
    private List<String> machines = List.of();
    private FakeAppendFile writer;

    Node(boolean directory) {
      this.directory = directory;
    }
  }

  /** Operations run one after the other, each as a work of its own. */
  private final class FakeAppendFile implements AppendFile {
    private final String path;
    private final Node node;
    private CompletableFuture<?> last = CompletableFuture.completedFuture(null);
    private long length;
    private CompletableFuture<Void> closing;
    private MillraceException failure;

    // Volatile: written by a work, read by the owner.
    private volatile List<String> holders = List.of();

    FakeAppendFile(String path, Node node) {
      this.path = path;
      this.node = node;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public CompletableFuture<Long> append(ByteBuffer... data) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (ByteBuffer part : data) {
        byte[] copy = new byte[part.remaining()];
        part.get(copy);
        bytes.writeBytes(copy);
      }
      length += bytes.size();
      return then(
          length,
          () -> {
            appends++;
            node.content.writeBytes(bytes.toByteArray());
          });
    }

    @Override
    public CompletableFuture<Long> flush() {
      long upTo = length;
      CompletableFuture<Long> flushed =
          then(
              upTo,
              () -> {
                checkFenced();
                if (failFlush.test(path)) {
                  throw new MillraceException(
                      ErrorCode.DURABILITY_UNKNOWN, "Could not flush " + path);
                }
                flushes++;
                node.flushedBytes = (int) upTo;
                holders = node.machines;
              });
      return flushed.thenCompose(done -> hold(upTo));
    }

    private CompletableFuture<Long> hold(long upTo) {
      synchronized (FakeDurableFiles.this) {
        if (!holdFlushes) {
          return CompletableFuture.completedFuture(upTo);
        }
        CompletableFuture<Long> held = new CompletableFuture<>();
        heldFlushes.add(() -> held.complete(upTo));
        return held;
      }
    }

    private void checkFenced() {
      if (node.writer != this) {
        throw new FencedException("Could not write " + path + ": its lease was recovered", null);
      }
    }

    @Override
    public CompletableFuture<Long> sync() {
      return flush();
    }

    @Override
    public List<String> nodes() {
      return holders;
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public CompletableFuture<Void> close() {
      if (closing == null) {
        closing =
            then(
                    length,
                    () -> {
                      checkFenced();
                      node.flushedBytes = node.content.size();
                      node.writer = null;
                      failure = new MillraceException(ErrorCode.ILLEGAL_USE, path + " is closed");
                    })
                .thenAccept(closed -> {});
      }
      return closing;
    }

    @Override
    public CompletableFuture<Void> abort() {
      synchronized (FakeDurableFiles.this) {
        if (failure == null) {
          failure = new MillraceException(ErrorCode.DURABILITY_UNKNOWN, path + " was aborted");
        }
      }
      return CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Long> then(long lengthAfter, Runnable step) {
      CompletableFuture<Long> mine =
          last.handle((done, fault) -> null)
              .thenCompose(done -> run(() -> runStep(lengthAfter, step)));
      last = mine;
      return mine;
    }

    private long runStep(long lengthAfter, Runnable step) {
      if (failure != null) {
        throw failure;
      }
      try {
        step.run();
      } catch (MillraceException e) {
        failure = e;
        throw e;
      }
      return lengthAfter;
    }
  }
}
