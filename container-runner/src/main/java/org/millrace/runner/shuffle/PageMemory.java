package org.millrace.runner.shuffle;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.memory.MemoryAccountant.Use;

/**
 * Decides which pages stay in memory: those that fit the budget when they come; the others go to
 * local disk. Thread-safe.
 */
final class PageMemory {
  private static final String WORK = "spill";

  private final MemoryAccountant accountant;
  private final BlockingWork io;
  private final RecordCodec codec;
  private final AtomicLong spilledBytes = new AtomicLong();

  /** Told when a page could not be spilled; the page stays in memory. */
  interface SpillFailure {
    void onSpillFailed(Throwable cause);
  }

  PageMemory(MemoryAccountant accountant, BlockingWork io, RecordCodec codec) {
    this.accountant = accountant;
    this.io = io;
    this.codec = codec;
  }

  long spilledBytes() {
    return spilledBytes.get();
  }

  RecordCodec codec() {
    return codec;
  }

  void admit(Page page, SpillArea area, SpillFailure failure) {
    boolean fits = accountant.tryReserve(Use.SHUFFLE, page.sizeBytes());
    if (!fits) {
      accountant.overdraw(Use.SHUFFLE, page.sizeBytes());
    }
    if (!page.admit()) {
      accountant.release(Use.SHUFFLE, page.sizeBytes());
    } else if (!fits) {
      spillLater(page, area, failure);
    }
  }

  private void spillLater(Page page, SpillArea area, SpillFailure failure) {
    CompletableFuture<?> unused = io.run(WORK, () -> trySpill(page, area, failure));
  }

  private boolean trySpill(Page page, SpillArea area, SpillFailure failure) {
    try {
      return spill(page, area);
    } catch (RuntimeException e) {
      failure.onSpillFailed(e);
      return false;
    }
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
    accountant.release(Use.SHUFFLE, page.sizeBytes());
    return true;
  }

  ByteBuffer encoded(PageContent content) {
    if (content instanceof PageContent.Encoded encoded) {
      return encoded.bytes();
    }
    PageContent.Records records = (PageContent.Records) content;
    return codec.encode(Arrays.asList(records.records()).subList(0, records.count()));
  }

  /**
   * The content, from memory at once or from disk. Fails with INTERNAL when the page was dropped.
   */
  CompletableFuture<PageContent> load(Page page) {
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
      throw new MillraceException(
          ErrorCode.INTERNAL, "a shuffle page was read after its job had ended");
    }
    ByteBuffer bytes = extent.file().read(extent.offset(), extent.length());
    return new PageContent.Encoded(bytes, page.recordCount());
  }

  void release(Page page) {
    int held = page.drop();
    if (held > 0) {
      accountant.release(Use.SHUFFLE, held);
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

  void close(SpillArea area) {
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
