package org.millrace.runner.shuffle;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;

/**
 * Decides which pages stay in memory: those that fit the budget when they come; the others go to
 * local disk. Thread-safe.
 */
public final class PageMemory {
  private static final String WORK = "spill";

  private final MemoryAccountant accountant;
  private final Use use;
  private final BlockingWork io;
  private final RecordCodec codec;
  private final AtomicLong spilledBytes = new AtomicLong();

  /** Told when a page could not be spilled; the page stays in memory. */
  interface SpillFailure {
    void onSpillFailed(Throwable cause);
  }

  /**
   * @param use whose share of the memory the pages take
   */
  public PageMemory(MemoryAccountant accountant, Use use, BlockingWork io, RecordCodec codec) {
    this.accountant = accountant;
    this.use = use;
    this.io = io;
    this.codec = codec;
  }

  /** Bytes ever written to disk. */
  public long spilledBytes() {
    return spilledBytes.get();
  }

  public RecordCodec codec() {
    return codec;
  }

  /** Holds the page; on disk, soon, when it does not fit. */
  void admit(Page page, SpillArea area, SpillFailure failure) {
    if (!tryAdmit(page)) {
      CompletableFuture<?> unused =
          admitToDisk(page, area)
              .whenComplete(
                  (spilled, cause) -> {
                    if (cause != null) {
                      failure.onSpillFailed(Answers.cause(cause));
                    }
                  });
    }
  }

  /** Holds the page in memory if it fits there; false: nothing was done. */
  public boolean tryAdmit(Page page) {
    if (!accountant.tryReserve(use, page.sizeBytes())) {
      return false;
    }
    if (!page.admit()) {
      accountant.release(use, page.sizeBytes());
    }
    return true;
  }

  /**
   * Holds the page, in memory and overdrawn until it was written to disk; done then. It stays in
   * memory when writing fails.
   */
  public CompletableFuture<Boolean> admitToDisk(Page page, SpillArea area) {
    accountant.overdraw(use, page.sizeBytes());
    if (!page.admit()) {
      accountant.release(use, page.sizeBytes());
      return CompletableFuture.completedFuture(false);
    }
    return io.run(WORK, () -> spill(page, area));
  }

  private boolean spill(Page page, SpillArea area) {
    PageContent content = page.contentOrNull();
    if (content == null) {
      return false;
    }
    ByteBuffer bytes = encoded(content);
    Optional<SpillArea.Extent> extent = area.append(bytes);
    if (extent.isEmpty() || !page.moveTo(extent.get())) {
      return false;
    }
    spilledBytes.addAndGet(extent.get().length());
    accountant.release(use, page.sizeBytes());
    return true;
  }

  /** In the record encoding. */
  public ByteBuffer encoded(PageContent content) {
    if (content instanceof PageContent.Encoded encoded) {
      return encoded.bytes();
    }
    PageContent.Records records = (PageContent.Records) content;
    return codec.encode(Arrays.asList(records.records()).subList(0, records.count()));
  }

  /**
   * The content, from memory at once or from disk. Fails with INTERNAL when the page was dropped.
   */
  public CompletableFuture<PageContent> load(Page page) {
    PageContent content = page.contentOrNull();
    return content != null
        ? CompletableFuture.completedFuture(content)
        : io.run(WORK, () -> readBack(page));
  }

  /** Like {@link #load}, on the thread of the caller, which blocks while the disk is read. */
  PageContent readBack(Page page) {
    PageContent content = page.contentOrNull();
    if (content != null) {
      return content;
    }
    SpillArea.Extent extent = page.extentOrNull();
    if (extent == null) {
      throw new MillraceException(ErrorCode.INTERNAL, "a page was read after it was dropped");
    }
    ByteBuffer bytes = extent.file().read(extent.offset(), extent.length());
    return new PageContent.Encoded(bytes, page.recordCount());
  }

  /** Like {@link #load}, in the record encoding. */
  public CompletableFuture<ByteBuffer> loadEncoded(Page page) {
    return page.contentOrNull() instanceof PageContent.Encoded encoded
        ? CompletableFuture.completedFuture(encoded.bytes())
        : io.run(WORK, () -> encoded(readBack(page)));
  }

  /** Drops the page. */
  public void release(Page page) {
    int held = page.drop();
    if (held > 0) {
      accountant.release(use, held);
    }
  }

  /** Drops pages on a worker thread, for a caller that holds a lock. */
  void releaseLater(JobShuffles job) {
    CompletableFuture<?> unused =
        io.run(
            WORK,
            () -> {
              job.forEachPage(this::release);
              job.spill().close();
              return null;
            });
  }

  /** Deletes the file on a worker thread. */
  public void close(SpillArea area) {
    if (!area.isUsed()) {
      area.close();
      return;
    }
    CompletableFuture<?> unused =
        io.run(
            WORK,
            () -> {
              area.close();
              return null;
            });
  }
}
