package org.millrace.runner.receive;

import java.util.Objects;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.block.BlockStore;
import org.millrace.runner.codec.RecordCodec;
import org.millrace.runner.executor.PeerLinks;

/**
 * What receivers need from their executor. Immutable.
 *
 * @param controlLoop the loop that calls the receiver service
 * @param blockingWork runs {@code onStart} and {@code onStop}, under names of their own for each
 *     receiver
 * @param userClasses loads the classes of receivers
 * @param recordCodec encodes what receivers store, with classes of the same loader
 * @param logs opens the block logs that the driver asks for
 * @param marksMoved to be run when a stream's mark moved; any thread
 */
public record ReceiverEnvironment(
    Loop controlLoop,
    Clock clock,
    BlockingWork blockingWork,
    PeerLinks peerLinks,
    BlockStore blockStore,
    ClassLoader userClasses,
    RecordCodec recordCodec,
    ReceiverSettings settings,
    ReceivedBlockLog.Opener logs,
    Runnable marksMoved) {
  public ReceiverEnvironment {
    Objects.requireNonNull(controlLoop, "controlLoop");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(blockingWork, "blockingWork");
    Objects.requireNonNull(peerLinks, "peerLinks");
    Objects.requireNonNull(blockStore, "blockStore");
    Objects.requireNonNull(userClasses, "userClasses");
    Objects.requireNonNull(recordCodec, "recordCodec");
    Objects.requireNonNull(settings, "settings");
    Objects.requireNonNull(logs, "logs");
    Objects.requireNonNull(marksMoved, "marksMoved");
  }
}
