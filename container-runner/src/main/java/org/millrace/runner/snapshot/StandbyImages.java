package org.millrace.runner.snapshot;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.state.StateImage;
import org.millrace.runner.wire.proto.StandbyHeld;
import org.millrace.runner.wire.proto.StateFileSection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images of partitions whose home is another executor, for the day on which it is lost. Any of them
 * may be dropped at any moment, which costs time alone: memory is borrowed, and who has a right to
 * it takes the largest ones first. Owned by the control loop, but for the lock: any thread may want
 * memory, and threads for blocking work read, one image at a time.
 *
 * <pre>
 *   ABSENT --due, there is room--> READING --all sections read--> HELD --due, longer chain--> READING
 *   READING, HELD --memory is wanted, a read fails, another chain--> ABSENT
 *   READING, HELD --taken, it begins the chain--> the partition itself
 *   any --not named any more, another driver--> gone
 * </pre>
 *
 * <p>An image is one of exactly the sections that were read: of files, lengths and numbers of
 * sections. It is taken when these begin the chain that is to be restored.
 */
final class StandbyImages {
  private static final Logger LOG = LoggerFactory.getLogger(StandbyImages.class);
  private static final String WORK = "standby";

  private final Loop control;
  private final BlockingWork work;
  private final MemoryAccountant memory;
  private final Consumer<StandbyHeld> driver;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final NavigableMap<Name, Standby> standbys =
      new TreeMap<>(Comparator.comparingInt(Name::stateId).thenComparingInt(Name::partition));

  @GuardedBy("lock")
  private boolean reportIsDue;

  /** All get their turn, also when what is wanted changes faster than it is read. */
  @GuardedBy("lock")
  private Name lastRead = new Name(0, 0);

  /** On the control loop. */
  private ChainReader reader;

  /** On the control loop: some image is being read. */
  private boolean reads;

  /** A partition. */
  record Name(int stateId, int partition) {}

  /**
   * One of a name from its first section until it is dropped or taken; fields are under the lock.
   */
  private final class Standby implements ChainReader.Growth {
    private final Name name;
    private List<StateFileSection> wanted = List.of();

    /** Whether it is to be brought to what is wanted; one try for each time it is asked for. */
    private boolean due;

    /** What the image is made of. */
    private List<StateFileSection> read = List.of();

    /** What it will be made of when the thread is done that has it; null while none has. */
    private List<StateFileSection> reading;

    private StateImage image;
    private long bytes;

    /** What the one before took when it was dropped: so much is wanted before it is begun. */
    private final long expectedBytes;

    /** What it would have taken when there was no room for it. */
    private long refusedBytes;

    private boolean dropped;

    /** Waits for the thread that has it; null while nobody does. */
    private CompletableFuture<Optional<TakenImage>> taker;

    private Standby(Name name, long expectedBytes) {
      this.name = name;
      this.expectedBytes = expectedBytes;
    }

    private List<StateFileSection> goal() {
      return reading == null ? read : reading;
    }

    @Override
    public boolean mayTake(long newBytes) {
      lock.lock();
      try {
        long more = newBytes - bytes;
        if (dropped) {
          return false;
        }
        if (more > 0) {
          if (!memory.tryBorrow(more)) {
            refusedBytes = Math.max(newBytes, 2 * expectedBytes);
            return false;
          }
          bytes = newBytes;
        }
        return true;
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * No images yet.
   *
   * @param driver is told on the control loop which there are
   */
  StandbyImages(
      Loop control, BlockingWork work, MemoryAccountant memory, Consumer<StandbyHeld> driver) {
    this.control = control;
    this.work = work;
    this.memory = memory;
    this.driver = driver;
    memory.onWantedBack(this::drop);
  }

  /** Brings images of these partitions to what these chains say, and drops those of others. */
  void standBy(Map<Name, List<StateFileSection>> chains, ChainReader with) {
    reader = with;
    lock.lock();
    try {
      List<Standby> others =
          standbys.values().stream().filter(known -> !chains.containsKey(known.name)).toList();
      for (Standby other : others) {
        forget(other);
      }
      for (Map.Entry<Name, List<StateFileSection>> chain : chains.entrySet()) {
        want(chain.getKey(), chain.getValue());
      }
    } finally {
      lock.unlock();
    }
    if (!reads) {
      readNext();
    }
  }

  @GuardedBy("lock")
  private void want(Name name, List<StateFileSection> chain) {
    Standby known = standbys.get(name);
    if (known == null) {
      known = new Standby(name, 0);
      standbys.put(name, known);
    } else if (!begins(known.goal(), chain)) {
      known = renew(known);
    }
    known.wanted = chain;
    known.due = true;
  }

  private static boolean begins(List<StateFileSection> part, List<StateFileSection> chain) {
    return part.size() <= chain.size() && chain.subList(0, part.size()).equals(part);
  }

  /** Reads what is due, one image after the other, then says which there are. */
  private void readNext() {
    reads = false;
    Optional<Standby> next = beginNext();
    if (next.isEmpty()) {
      report();
      return;
    }
    reads = true;
    Standby standby = next.get();
    ChainReader with = reader;
    Answers.post(
        work.run(WORK, () -> readOn(standby, with)),
        control,
        (image, failure) -> {
          onRead(standby, failure == null ? image : Optional.empty(), failure);
          readNext();
        });
  }

  private Optional<Standby> beginNext() {
    lock.lock();
    try {
      List<Standby> inTurn = new ArrayList<>(standbys.tailMap(lastRead, false).values());
      inTurn.addAll(standbys.headMap(lastRead, true).values());
      for (Standby standby : inTurn) {
        boolean isDue = standby.due && standby.read.size() < standby.wanted.size();
        standby.due = false;
        if (isDue && hasRoom(standby)) {
          standby.reading = standby.wanted;
          lastRead = standby.name;
          return Optional.of(standby);
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private boolean hasRoom(Standby standby) {
    if (standby.image != null) {
      return true;
    }
    boolean borrowed = memory.tryBorrow(standby.expectedBytes);
    if (borrowed) {
      standby.bytes = standby.expectedBytes;
    }
    return borrowed;
  }

  private Optional<StateImage> readOn(Standby standby, ChainReader with) {
    StateImage image;
    List<StateFileSection> rest;
    lock.lock();
    try {
      if (standby.dropped) {
        return Optional.empty();
      }
      image = standby.image;
      rest = standby.reading.subList(standby.read.size(), standby.reading.size());
    } finally {
      lock.unlock();
    }
    return with.read(image, rest, standby);
  }

  private void onRead(Standby standby, Optional<StateImage> image, Throwable failureOrNull) {
    CompletableFuture<Optional<TakenImage>> taker;
    Optional<TakenImage> taken = Optional.empty();
    lock.lock();
    try {
      taker = standby.taker;
      if (standby.dropped) {
        return;
      }
      if (image.isPresent()) {
        standby.image = image.get();
        standby.read = standby.reading;
        standby.reading = null;
        shrink(standby);
        taken = taker == null ? Optional.empty() : Optional.of(given(standby));
      } else if (taker == null) {
        renew(standby);
      } else {
        release(standby);
      }
    } finally {
      lock.unlock();
    }
    if (failureOrNull != null) {
      // Files of an older snapshot may be gone already; the next one names what is there.
      LOG.info("the image of {} is given up, it could not be read", standby.name, failureOrNull);
    }
    if (taker != null) {
      taker.complete(taken);
    }
  }

  /** More was borrowed than it takes when keys went. */
  @GuardedBy("lock")
  private void shrink(Standby standby) {
    long less = standby.bytes - standby.image.bytes();
    if (less > 0) {
      memory.giveBack(less);
      standby.bytes -= less;
    }
  }

  /**
   * Gives an image away, if it begins a chain; there is none of this name any more then, in any
   * case. On the control loop.
   *
   * @return completes with the image, which is to be closed; at once when no thread has it
   */
  CompletableFuture<Optional<TakenImage>> take(Name name, List<StateFileSection> chain) {
    lock.lock();
    try {
      Standby standby = standbys.remove(name);
      if (standby == null) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      if (!begins(standby.goal(), chain) || standby.goal().isEmpty()) {
        release(standby);
        return CompletableFuture.completedFuture(Optional.empty());
      }
      if (standby.reading == null) {
        return CompletableFuture.completedFuture(Optional.of(given(standby)));
      }
      standby.taker = new CompletableFuture<>();
      return standby.taker;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private TakenImage given(Standby standby) {
    return new TakenImage(standby.image, standby.read.size(), standby.bytes, memory);
  }

  /** A use has taken memory that was borrowed; on any thread. */
  private void drop(long wantedBytes) {
    int count = 0;
    boolean isToReport;
    lock.lock();
    try {
      long left = wantedBytes;
      while (left > 0) {
        Optional<Standby> largest =
            standbys.values().stream()
                .filter(standby -> standby.bytes > 0)
                .max(Comparator.comparingLong(standby -> standby.bytes));
        if (largest.isEmpty()) {
          break;
        }
        left -= largest.get().bytes;
        renew(largest.get());
        count++;
      }
      isToReport = count > 0 && !reportIsDue;
      reportIsDue |= isToReport;
    } finally {
      lock.unlock();
    }
    if (count > 0) {
      LOG.info("dropped images of {} partitions of state: their memory is wanted", count);
    }
    if (isToReport) {
      control.execute(this::report);
    }
  }

  /** Another one of the name, without an image, takes its place. */
  @GuardedBy("lock")
  private Standby renew(Standby standby) {
    Standby next = new Standby(standby.name, Math.max(standby.bytes, standby.refusedBytes));
    next.wanted = standby.wanted;
    standbys.put(standby.name, next);
    release(standby);
    return next;
  }

  @GuardedBy("lock")
  private void forget(Standby standby) {
    standbys.remove(standby.name);
    release(standby);
  }

  @GuardedBy("lock")
  private void release(Standby standby) {
    standby.dropped = true;
    standby.image = null;
    memory.giveBack(standby.bytes);
    standby.bytes = 0;
  }

  private void report() {
    StandbyHeld.Builder held = StandbyHeld.newBuilder();
    lock.lock();
    try {
      reportIsDue = false;
      if (standbys.isEmpty()) {
        return;
      }
      long bytes = 0;
      for (Standby standby : standbys.values()) {
        bytes += standby.bytes;
        if (standby.image != null) {
          held.addStateIds(standby.name.stateId()).addPartitions(standby.name.partition());
        }
      }
      held.setBytes(bytes);
    } finally {
      lock.unlock();
    }
    driver.accept(held.build());
  }

  /** Drops all of them. */
  void clear() {
    lock.lock();
    try {
      for (Standby standby : List.copyOf(standbys.values())) {
        forget(standby);
      }
    } finally {
      lock.unlock();
    }
  }
}
