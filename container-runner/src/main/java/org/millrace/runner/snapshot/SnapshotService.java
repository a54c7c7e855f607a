package org.millrace.runner.snapshot;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.millrace.api.codec.CodecRegistration;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.codec.StateCodecs;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.codec.FunctionCodec;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.snapshot.StandbyImages.Name;
import org.millrace.runner.state.StateStore;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.RestoreState;
import org.millrace.runner.wire.proto.SnapshotWritten;
import org.millrace.runner.wire.proto.StandBy;
import org.millrace.runner.wire.proto.StandbyHeld;
import org.millrace.runner.wire.proto.StandbyPartition;
import org.millrace.runner.wire.proto.StateFileName;
import org.millrace.runner.wire.proto.StateFileSection;
import org.millrace.runner.wire.proto.StateRestored;
import org.millrace.runner.wire.proto.TakeSnapshot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes and reads states for the driver. Owned by the control loop. */
public final class SnapshotService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotService.class);

  private final StateStore states;
  private final DurableFiles files;
  private final Loop control;
  private final BlockingWork work;
  private final PeerLinks links;
  private final ClassLoader userClasses;
  private final FunctionCodec functions;
  private final StandbyImages standbys;
  private final Map<ByteString, StateCodecs> codecs = new HashMap<>();
  private final Map<Long, SnapshotRun> runs = new HashMap<>();
  private final Set<RestoreRun> restores = new HashSet<>();

  /** Counts the drivers that were served. */
  private int driver;

  /**
   * A service without work.
   *
   * @param work where values are encoded and files are written and read
   * @param userClasses finds the classes of the program
   * @param memory lends what images of states take whose home is elsewhere
   */
  public SnapshotService(
      StateStore states,
      DurableFiles files,
      Loop control,
      BlockingWork work,
      PeerLinks links,
      ClassLoader userClasses,
      MemoryAccountant memory) {
    this.states = states;
    this.files = files;
    this.control = control;
    this.work = work;
    this.links = links;
    this.userClasses = userClasses;
    this.functions = new FunctionCodec(userClasses);
    this.standbys = new StandbyImages(control, work, memory, this::answer);
  }

  /** Begins a snapshot: states are seen as they are at its version from now on. */
  public void take(TakeSnapshot message) {
    SnapshotRun run;
    try {
      run =
          new SnapshotRun(message, links.self(), codecs(message.getCodecs()), states, files, work);
    } catch (MillraceException failure) {
      LOG.warn("snapshot {} was not begun", message.getSnapshotId(), failure);
      answer(failed(message.getSnapshotId(), failure));
      return;
    }
    runs.put(message.getSnapshotId(), run);
    control.schedule(message.getDelayMs(), run::start);
    int askedBy = driver;
    Answers.post(
        run.written(),
        control,
        (written, failure) -> {
          if (askedBy != driver) {
            return;
          }
          runs.remove(message.getSnapshotId());
          if (failure != null) {
            LOG.warn("snapshot {} was not written", message.getSnapshotId(), failure);
            answer(failed(message.getSnapshotId(), failure));
          } else {
            answer(written);
          }
        });
  }

  private static SnapshotWritten failed(long snapshotId, Throwable failure) {
    return SnapshotWritten.newBuilder()
        .setSnapshotId(snapshotId)
        .setErrorCode(codeOf(failure))
        .setError(textOf(failure))
        .build();
  }

  private static int codeOf(Throwable failure) {
    ErrorCode code = failure instanceof MillraceException known ? known.code() : ErrorCode.INTERNAL;
    return code.number();
  }

  private static String textOf(Throwable failure) {
    return failure instanceof MillraceException ? failure.getMessage() : failure.toString();
  }

  private void answer(SnapshotWritten message) {
    links.sendToDriver(Envelope.newBuilder().setSnapshotWritten(message), null);
  }

  /** Reads states; each replaces what there is of it. */
  public void restore(RestoreState message) {
    RestoreRun run;
    try {
      ChainReader reader = new ChainReader(files, codecs(message.getCodecs()));
      run = new RestoreRun(message, reader, functions, states, standbys, work);
    } catch (MillraceException failure) {
      answer(failedRestore(message.getRequest(), failure));
      return;
    }
    restores.add(run);
    int askedBy = driver;
    Answers.post(
        run.start(),
        control,
        (restored, failure) -> {
          restores.remove(run);
          if (askedBy != driver) {
            return;
          }
          if (failure != null) {
            LOG.warn("states were not restored", failure);
            answer(failedRestore(message.getRequest(), failure));
          } else {
            answer(restored);
          }
        });
  }

  private static StateRestored failedRestore(long request, Throwable failure) {
    return StateRestored.newBuilder()
        .setRequest(request)
        .setErrorCode(codeOf(failure))
        .setError(textOf(failure))
        .build();
  }

  private void answer(StateRestored message) {
    links.sendToDriver(Envelope.newBuilder().setStateRestored(message), null);
  }

  /**
   * Keeps images of partitions whose home is another executor, as their files say that they are; of
   * no others.
   */
  public void standBy(StandBy message) {
    ChainReader reader;
    try {
      reader = new ChainReader(files, codecs(message.getCodecs()));
    } catch (MillraceException failure) {
      // Snapshots and restores meet it too, and say so to the driver.
      LOG.warn("no state stands by here", failure);
      standbys.clear();
      return;
    }
    Map<Name, List<StateFileSection>> chains = new HashMap<>();
    for (StandbyPartition partition : message.getPartitionsList()) {
      List<StateFileSection> chain = new ArrayList<>();
      for (int i = 0; i < partition.getFilesCount(); i++) {
        StateFileName file = message.getFiles(partition.getFiles(i));
        chain.add(
            StateFileSection.newBuilder()
                .setPath(file.getPath())
                .setFileBytes(file.getFileBytes())
                .setSection(partition.getSections(i))
                .build());
      }
      chains.put(new Name(partition.getStateId(), partition.getPartition()), chain);
    }
    standbys.standBy(chains, reader);
  }

  private void answer(StandbyHeld message) {
    links.sendToDriver(Envelope.newBuilder().setStandbyHeld(message), null);
  }

  /** The codecs of the program, which are the same from message to message. */
  @SuppressWarnings("unchecked") // what the driver serialized
  private StateCodecs codecs(ByteString registered) {
    StateCodecs known = codecs.get(registered);
    if (known == null) {
      List<CodecRegistration> registrations =
          registered.isEmpty()
              ? List.of()
              : (List<CodecRegistration>) functions.decodeObject(registered.toByteArray());
      known = new StateCodecs(userClasses, registrations);
      codecs.clear();
      codecs.put(registered, known);
    }
    return known;
  }

  /**
   * Gives up what is being written or restored for a driver that is gone, and what stood by for it;
   * the next one is not told.
   */
  public void forgetDriver() {
    runs.values().forEach(SnapshotRun::cancel);
    runs.clear();
    restores.forEach(RestoreRun::cancel);
    restores.clear();
    standbys.clear();
    driver++;
  }

  /** Gives up what is being written or restored, and what stands by. */
  @Override
  public void close() {
    forgetDriver();
  }
}
