package org.millrace.runner.shuffle;

import java.util.ArrayDeque;
import org.millrace.runner.codec.NumberForm;
import org.millrace.runner.shuffle.ShuffleMessages.PageAddress;

/**
 * The records of one map attempt on their way to the reduce partitions. Full pages wait in an
 * outbox until {@link #send} finds their link writable. Owned by the slot loop of the map task.
 */
public final class MapOutput {
  private final ShuffleStore store;
  private final ShuffleKey key;
  private final int mapPartition;
  private final int attempt;
  private final int pageBytes;
  private final PageBuilder[] builders;
  private final ArrayDeque<Sealed> outbox = new ArrayDeque<>();
  private long bytesOut;

  private record Sealed(int reducePartition, int number, Page page) {}

  MapOutput(
      ShuffleStore store,
      ShuffleKey key,
      int mapPartition,
      int attempt,
      int reducePartitions,
      int pageBytes) {
    this.store = store;
    this.key = key;
    this.mapPartition = mapPartition;
    this.attempt = attempt;
    this.pageBytes = pageBytes;
    this.builders = new PageBuilder[reducePartitions];
  }

  public int partitionCount() {
    return builders.length;
  }

  public void add(int reducePartition, Object record) {
    PageBuilder builder = builders[reducePartition];
    if (builder == null) {
      builder = open(reducePartition);
    } else if (builder.mustSealForObject()) {
      seal(reducePartition, builder);
    }
    if (builder.add(record)) {
      seal(reducePartition, builder);
    }
  }

  /**
   * Adds a pair of a text and a number without an object for it.
   *
   * @param key valid UTF-8 in {@code [from, to)}
   * @param ascii whether all of the key is
   */
  public void add(
      int reducePartition,
      byte[] key,
      int from,
      int to,
      boolean ascii,
      NumberForm form,
      long bits) {
    PageBuilder builder = builders[reducePartition];
    if (builder == null) {
      builder = open(reducePartition);
    } else if (builder.mustSealForBytes()) {
      seal(reducePartition, builder);
    }
    if (builder.add(store.memory().codec(), key, from, to, ascii, form, bits)) {
      seal(reducePartition, builder);
    }
  }

  private PageBuilder open(int reducePartition) {
    boolean byReference = store.links().byReference(store.route(key, reducePartition));
    PageBuilder builder =
        byReference
            ? PageBuilder.byReference(pageBytes)
            : PageBuilder.encoded(store.memory().codec(), pageBytes);
    builders[reducePartition] = builder;
    return builder;
  }

  private void seal(int reducePartition, PageBuilder builder) {
    int number = builder.pages();
    Page page = builder.take();
    bytesOut += page.sizeBytes();
    outbox.add(new Sealed(reducePartition, number, page));
  }

  /** Seals the last pages; nothing may be added afterwards. */
  public void flush() {
    for (int i = 0; i < builders.length; i++) {
      if (builders[i] != null && !builders[i].isEmpty()) {
        seal(i, builders[i]);
      }
    }
  }

  /** Sends full pages; false when a link is not writable: {@code wake} then runs, on any thread. */
  public boolean send(Runnable wake) {
    for (Sealed sealed = outbox.peek(); sealed != null; sealed = outbox.peek()) {
      int executor = store.route(key, sealed.reducePartition);
      if (executor != store.links().self() && !store.links().isWritable(executor)) {
        store.links().onWritable(executor, wake);
        return false;
      }
      outbox.remove();
      send(sealed);
    }
    return true;
  }

  private void send(Sealed sealed) {
    PageAddress address =
        new PageAddress(key, mapPartition, attempt, sealed.reducePartition, sealed.number);
    PageContent content = sealed.page.contentOrNull();
    int executor = store.keep(address, sealed.page);
    if (executor != store.links().self()) {
      store.push(executor, address, sealed.page, content);
    }
  }

  /** Tells the reducers that this was all. Call it once, when everything was sent. */
  public void end() {
    int[] counts = new int[builders.length];
    for (int i = 0; i < counts.length; i++) {
      counts[i] = builders[i] == null ? 0 : builders[i].pages();
    }
    store.endMapOutput(key, mapPartition, attempt, counts);
  }

  /** Bytes of all pages, estimated for those by reference. */
  public long bytesOut() {
    return bytesOut;
  }

  public long genericBytes() {
    long sum = 0;
    for (PageBuilder builder : builders) {
      sum += builder == null ? 0 : builder.genericBytes();
    }
    return sum;
  }
}
