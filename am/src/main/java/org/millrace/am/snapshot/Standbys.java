package org.millrace.am.snapshot;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.millrace.am.dataset.StateHome;
import org.millrace.am.dataset.StateRegistry;
import org.millrace.am.schedule.ExecutorPool;
import org.millrace.am.schedule.LiveExecutor;
import org.millrace.checkpoint.log.DriverEvent.SectionPlace;
import org.millrace.checkpoint.log.DriverEvent.SnapshotTaken;
import org.millrace.checkpoint.log.DriverEvent.StateFile;
import org.millrace.checkpoint.log.DriverEvent.StatePartition;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.StandBy;
import org.millrace.runner.wire.proto.StandbyHeld;
import org.millrace.runner.wire.proto.StandbyPartition;
import org.millrace.runner.wire.proto.StateFileName;

/**
 * Executors that keep an image of partitions whose home is another one. What is known here is a
 * hint: an image that is not there any more, or is of other files, costs time alone. Owned by the
 * driver loop; knows nothing, and sends nothing, until {@link #onTaken} is called.
 */
final class Standbys {
  private final ExecutorPool pool;
  private final StateRegistry states;
  private final ByteString codecs;
  private NavigableMap<PartitionKey, Integer> chosen = new TreeMap<>();

  /** What it was chosen from; empty to choose anew. */
  private NavigableMap<PartitionKey, Integer> homesBefore = new TreeMap<>();

  private List<Integer> liveBefore = List.of();

  /** What executors said that they have. */
  private final Map<Integer, Held> held = new TreeMap<>();

  /** Those that were told of partitions, and not yet that there are none any more. */
  private Set<Integer> told = new TreeSet<>();

  private record Held(Set<PartitionKey> partitions, long bytes) {}

  /**
   * Nobody stands by.
   *
   * @param codecs of the program, Java-serialized; empty for none
   */
  Standbys(ExecutorPool pool, StateRegistry states, ByteString codecs) {
    this.pool = pool;
    this.states = states;
    this.codecs = codecs;
  }

  /** A snapshot is durable: those that stand by are chosen anew, and told what to read. */
  void onTaken(SnapshotTaken snapshot) {
    List<Integer> live = pool.live().stream().map(LiveExecutor::id).sorted().toList();
    choose(snapshot, live);
    Map<Integer, Message> messages = new TreeMap<>();
    for (int executorId : told) {
      messages.put(executorId, new Message(snapshot.files()));
    }
    for (StatePartition part : snapshot.partitions()) {
      Integer executorId = chosen.get(new PartitionKey(part.stateId(), part.partition()));
      if (executorId != null) {
        messages.computeIfAbsent(executorId, added -> new Message(snapshot.files())).add(part);
      }
    }
    told = new TreeSet<>();
    messages.forEach(
        (executorId, message) -> {
          if (message.isEmpty()) {
            held.remove(executorId);
          } else {
            told.add(executorId);
          }
          pool.send(executorId, Envelope.newBuilder().setStandBy(message.with(codecs)));
        });
  }

  private void choose(SnapshotTaken snapshot, List<Integer> live) {
    NavigableMap<PartitionKey, Integer> homes = new TreeMap<>();
    NavigableMap<PartitionKey, Integer> kept = new TreeMap<>();
    for (StatePartition part : snapshot.partitions()) {
      PartitionKey key = new PartitionKey(part.stateId(), part.partition());
      Optional<StateHome> home = states.home(part.stateId(), part.partition());
      if (home.isPresent() && !home.get().lost()) {
        homes.put(key, home.get().executorId());
      } else if (live.contains(chosen.get(key))) {
        // Its day has come: nothing is changed before it is restored.
        kept.put(key, chosen.get(key));
      }
    }
    if (!homes.equals(homesBefore) || !live.equals(liveBefore)) {
      homesBefore = homes;
      liveBefore = live;
      chosen = StandbyChoice.choose(chosen, homes, live);
      chosen.putAll(kept);
    }
  }

  /** Which executor says that it has an image of a partition. */
  Optional<Integer> holder(int stateId, int partition) {
    PartitionKey key = new PartitionKey(stateId, partition);
    Integer executorId = chosen.get(key);
    Held its = executorId == null ? null : held.get(executorId);
    return its == null || !its.partitions().contains(key)
        ? Optional.empty()
        : Optional.of(executorId);
  }

  /** The partition is being restored: whoever has an image of it uses it up, or drops it. */
  void onRestore(int stateId, int partition) {
    chosen.remove(new PartitionKey(stateId, partition));
    homesBefore.clear();
  }

  void onHeld(int executorId, StandbyHeld message) {
    Set<PartitionKey> partitions = new HashSet<>();
    for (int i = 0; i < message.getStateIdsCount(); i++) {
      partitions.add(new PartitionKey(message.getStateIds(i), message.getPartitions(i)));
    }
    if (told.contains(executorId)) {
      held.put(executorId, new Held(partitions, message.getBytes()));
    }
  }

  void onExecutorLost(int executorId) {
    held.remove(executorId);
    told.remove(executorId);
    chosen.values().removeIf(id -> id == executorId);
  }

  /** Partitions of which an executor says that it has an image. */
  long heldPartitions() {
    return chosen.keySet().stream()
        .filter(key -> holder(key.stateId(), key.partition()).isPresent())
        .count();
  }

  /** Of memory that all images take. */
  long heldBytes() {
    return held.values().stream().mapToLong(Held::bytes).sum();
  }

  /** What one executor is told. */
  private static final class Message {
    private final List<StateFile> files;
    private final Map<Integer, Integer> numbers = new HashMap<>();
    private final StandBy.Builder message = StandBy.newBuilder();

    Message(List<StateFile> files) {
      this.files = files;
    }

    void add(StatePartition part) {
      StandbyPartition.Builder partition =
          StandbyPartition.newBuilder().setStateId(part.stateId()).setPartition(part.partition());
      for (SectionPlace place : part.sections()) {
        partition.addFiles(number(place.file())).addSections(place.section());
      }
      message.addPartitions(partition);
    }

    /** Files are named once. */
    private int number(int file) {
      Integer number = numbers.get(file);
      if (number == null) {
        number = numbers.size();
        numbers.put(file, number);
        StateFile named = files.get(file);
        message.addFiles(
            StateFileName.newBuilder().setPath(named.path()).setFileBytes(named.lengthBytes()));
      }
      return number;
    }

    boolean isEmpty() {
      return message.getPartitionsCount() == 0;
    }

    StandBy.Builder with(ByteString codecs) {
      return message.setCodecs(codecs);
    }
  }
}
