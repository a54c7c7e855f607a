package org.millrace.checkpoint.files;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;

/**
 * Durable files whose creates, appends, flushes and closes stall and fail as a plan says; all else
 * goes to the files behind. Not thread-safe beyond what the files behind are.
 */
public final class FailingDurableFiles implements DurableFiles {

  /** What may go wrong. */
  public enum Action {
    CREATE,
    APPEND,
    FLUSH,
    CLOSE
  }

  /** What happens to one operation. */
  public sealed interface Fault {

    /** It is carried out after a while, and answers after another. */
    record Slow(long beforeMs, long afterMs) implements Fault {}

    /** It never answers, carried out or not, and neither does any later one of the file. */
    record Hang(boolean carriedOut) implements Fault {}

    /** It fails, carried out or not. */
    record Fail(boolean carriedOut) implements Fault {}

    /** An append stops after some bytes, which are flushed, and fails. */
    record Tear(int bytes) implements Fault {}
  }

  /** Decides. */
  @FunctionalInterface
  public interface Plan {

    /** The fault of the next operation; null for none. */
    Fault next(Action action, String path);
  }

  private final DurableFiles behind;
  private final Loop timers;
  private Plan plan = (action, path) -> null;

  /** No fault until there is a plan. */
  public FailingDurableFiles(DurableFiles behind, Loop timers) {
    this.behind = behind;
    this.timers = timers;
  }

  /** Follows the plan from now on. */
  public void follow(Plan next) {
    plan = Objects.requireNonNull(next);
  }

  @Override
  public CompletableFuture<AppendFile> createExclusive(String path, CreateOptions options) {
    return apply(
        plan.next(Action.CREATE, path),
        path,
        () -> behind.createExclusive(path, options).<AppendFile>thenApply(FailingAppendFile::new));
  }

  private <T> CompletableFuture<T> apply(
      Fault fault, String path, Supplier<CompletableFuture<T>> operation) {
    if (fault == null) {
      return operation.get();
    }
    if (fault instanceof Fault.Slow slow) {
      return after(slow.beforeMs())
          .thenCompose(begun -> operation.get())
          .thenCompose(value -> after(slow.afterMs()).thenApply(answered -> value));
    }
    if (fault instanceof Fault.Hang hang) {
      CompletableFuture<T> never = new CompletableFuture<>();
      return hang.carriedOut() ? operation.get().thenCompose(value -> never) : never;
    }
    CompletableFuture<T> failed =
        CompletableFuture.failedFuture(
            new MillraceException(ErrorCode.DURABILITY_UNKNOWN, "Broken on purpose: " + path));
    return fault instanceof Fault.Fail fail && fail.carriedOut()
        ? operation.get().thenCompose(value -> failed)
        : failed;
  }

  private CompletableFuture<Void> after(long delayMs) {
    CompletableFuture<Void> due = new CompletableFuture<>();
    timers.schedule(delayMs, () -> due.complete(null));
    return due;
  }

  @Override
  public InputStream open(String path, long offset) {
    return behind.open(path, offset);
  }

  @Override
  public CompletableFuture<List<FileStatus>> list(String directory) {
    return behind.list(directory);
  }

  @Override
  public CompletableFuture<List<FileStatus>> glob(String pattern) {
    return behind.glob(pattern);
  }

  @Override
  public CompletableFuture<Optional<FileStatus>> status(String path) {
    return behind.status(path);
  }

  @Override
  public CompletableFuture<Outcome> rename(String from, String to) {
    return behind.rename(from, to);
  }

  @Override
  public CompletableFuture<Outcome> renameDirectory(String from, String to) {
    return behind.renameDirectory(from, to);
  }

  @Override
  public CompletableFuture<Outcome> delete(String path) {
    return behind.delete(path);
  }

  @Override
  public CompletableFuture<Outcome> makeDirectories(String directory) {
    return behind.makeDirectories(directory);
  }

  @Override
  public CompletableFuture<Void> recoverLease(String path, Duration timeout) {
    return behind.recoverLease(path, timeout);
  }

  @Override
  public CompletableFuture<List<String>> blockLocations(String path, long offset, long length) {
    return behind.blockLocations(path, offset, length);
  }

  /** Operations one after the other; the first failure is that of all later ones. */
  private final class FailingAppendFile implements AppendFile {
    private final AppendFile file;
    private final CompletableFuture<Long> aborted = new CompletableFuture<>();
    private CompletableFuture<Long> last = CompletableFuture.completedFuture(0L);
    private long length;

    FailingAppendFile(AppendFile file) {
      this.file = file;
    }

    @Override
    public String path() {
      return file.path();
    }

    @Override
    public CompletableFuture<Long> append(ByteBuffer... data) {
      int count = 0;
      for (ByteBuffer part : data) {
        count += part.remaining();
      }
      byte[] bytes = new byte[count];
      ByteBuffer all = ByteBuffer.wrap(bytes);
      for (ByteBuffer part : data) {
        all.put(part);
      }
      length += count;
      Fault fault = plan.next(Action.APPEND, path());
      if (fault instanceof Fault.Tear tear) {
        return then(
            null,
            () ->
                file.append(ByteBuffer.wrap(bytes, 0, Math.min(tear.bytes(), bytes.length)))
                    .thenCompose(torn -> file.flush())
                    .thenCompose(flushed -> apply(new Fault.Fail(false), path(), () -> null)));
      }
      return then(fault, () -> file.append(ByteBuffer.wrap(bytes)));
    }

    private CompletableFuture<Long> then(Fault fault, Supplier<CompletableFuture<Long>> step) {
      CompletableFuture<Long> answer =
          last.thenCompose(done -> aborted.isDone() ? aborted : apply(fault, path(), step));
      last = answer;
      CompletableFuture<Long> either = new CompletableFuture<>();
      pass(answer, either);
      pass(aborted, either);
      return either;
    }

    private static void pass(CompletableFuture<Long> from, CompletableFuture<Long> to) {
      var unused =
          from.whenComplete(
              (value, fault) -> {
                if (fault == null) {
                  to.complete(value);
                } else {
                  to.completeExceptionally(fault);
                }
              });
    }

    @Override
    public CompletableFuture<Long> flush() {
      return then(plan.next(Action.FLUSH, path()), file::flush);
    }

    @Override
    public CompletableFuture<Long> sync() {
      return flush();
    }

    @Override
    public List<String> nodes() {
      return file.nodes();
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public CompletableFuture<Void> close() {
      return then(plan.next(Action.CLOSE, path()), () -> file.close().thenApply(closed -> length))
          .thenAccept(closed -> {});
    }

    @Override
    public CompletableFuture<Void> abort() {
      aborted.completeExceptionally(
          new MillraceException(ErrorCode.DURABILITY_UNKNOWN, path() + " was aborted"));
      return file.abort();
    }
  }
}
