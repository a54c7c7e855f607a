package org.millrace.runner.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.shuffle.PageBuilder;
import org.millrace.runner.shuffle.PageContent;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchPartition;
import org.millrace.runner.wire.proto.FetchedPartition;

/**
 * Asks other executors for pages, each until it answers, leaves or takes too long. Thread-safe: one
 * lock, not held while a future is completed.
 */
final class PartitionFetcher {
  private final PeerLinks links;
  private final Loop timers;
  private final long timeoutMs;
  private final Peers peers;

  @GuardedBy("this")
  private final Map<Long, Fetch> fetches = new HashMap<>();

  @GuardedBy("this")
  private long nextRequest;

  @GuardedBy("this")
  private boolean closed;

  /**
   * A page of another executor.
   *
   * @param content null when the partition has no page of that number
   * @param pageCount of the whole partition
   */
  record FetchedPage(PageContent.Encoded content, int checksum, int pageCount) {}

  private static final class Fetch {
    private final int holder;
    private final DatasetPartition partition;
    private final CompletableFuture<FetchedPage> result = new CompletableFuture<>();
    private Loop.Timer timeout;

    private Fetch(int holder, DatasetPartition partition) {
      this.holder = holder;
      this.partition = partition;
    }

    private void fail(String why) {
      result.completeExceptionally(
          new MillraceException(
              ErrorCode.STORED_PARTITION_LOST,
              partition + " cannot be read: executor " + holder + " " + why));
    }
  }

  PartitionFetcher(PeerLinks links, Loop timers, long timeoutMs, Peers peers) {
    this.links = links;
    this.timers = timers;
    this.timeoutMs = timeoutMs;
    this.peers = peers;
  }

  /** Fails with STORED_PARTITION_LOST when the holder does not give it. */
  CompletableFuture<FetchedPage> fetch(int holder, DatasetPartition partition, int page) {
    Fetch fetch = new Fetch(holder, partition);
    long request;
    synchronized (this) {
      request = nextRequest++;
      if (!closed && !peers.isLost(holder)) {
        fetches.put(request, fetch);
        fetch.timeout = timers.schedule(timeoutMs, () -> onTimeout(request));
      }
    }
    if (fetch.timeout == null) {
      fetch.fail("is lost");
      return fetch.result;
    }
    FetchPartition message =
        FetchPartition.newBuilder()
            .setRequest(request)
            .setDatasetId(partition.datasetId())
            .setPartition(partition.partition())
            .setPage(page)
            .build();
    links.send(holder, Frame.of(Envelope.newBuilder().setFetchPartition(message).build()));
    return fetch.result;
  }

  private void onTimeout(long request) {
    Fetch fetch;
    synchronized (this) {
      fetch = fetches.remove(request);
    }
    if (fetch != null) {
      fetch.fail("did not answer within " + timeoutMs + " ms");
    }
  }

  void onFetched(int fromExecutor, FetchedPartition message, Payload payload) {
    Fetch fetch;
    synchronized (this) {
      fetch = fetches.get(message.getRequest());
      if (fetch == null || fetch.holder != fromExecutor) {
        return;
      }
      fetches.remove(message.getRequest());
    }
    fetch.timeout.cancel();
    if (!message.getFound()) {
      fetch.fail("does not hold it");
    } else if (message.getPage() >= message.getPageCount()) {
      fetch.result.complete(new FetchedPage(null, 0, message.getPageCount()));
    } else if (PageBuilder.crc(payload.bytes()) != message.getChecksum()) {
      fetch.fail("sent a page that was damaged on its way");
    } else {
      PageContent.Encoded content =
          new PageContent.Encoded(payload.bytes(), message.getRecordCount());
      fetch.result.complete(
          new FetchedPage(content, message.getChecksum(), message.getPageCount()));
    }
  }

  /** Gives up what was asked of executors that are lost now. */
  void onMembership() {
    failIf(fetch -> peers.isLost(fetch.holder), "is lost");
  }

  void close() {
    synchronized (this) {
      closed = true;
    }
    failIf(fetch -> true, "was asked by an executor that is closing");
  }

  private void failIf(Predicate<Fetch> condition, String why) {
    List<Fetch> failed = new ArrayList<>();
    synchronized (this) {
      fetches
          .values()
          .removeIf(
              fetch -> {
                boolean matches = condition.test(fetch);
                if (matches) {
                  failed.add(fetch);
                }
                return matches;
              });
    }
    for (Fetch fetch : failed) {
      fetch.timeout.cancel();
      fetch.fail(why);
    }
  }
}
