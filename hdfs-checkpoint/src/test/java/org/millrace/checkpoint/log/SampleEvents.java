package org.millrace.checkpoint.log;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.publish.StagedSink;

/** One event of each kind, with all its fields filled. */
final class SampleEvents {

  private SampleEvents() {}

  static List<DriverEvent> all() {
    long stream = 3L << 32 | 7;
    return List.of(
        new DriverEvent.ApplicationStarted(
            "word count", "application_1700000000000_0001", 1_700_000_000_000L, 1_000, 4),
        new DriverEvent.EpochClaimed(2, "application_1700000000000_0001", 1),
        new DriverEvent.ConfigurationChanged(
            Map.of("millrace.batch.onFailure", "skip", "millrace.block.interval", "200ms")),
        new DriverEvent.ExecutorJoined(7, "node-1.example", 2),
        new DriverEvent.StreamStarted(stream, 3, 7),
        new DriverEvent.BatchCut(
            1_700_000_001_000L,
            List.of(
                new InputCut.BlocksCut(
                    3,
                    List.of(
                        List.of(new BlockRange(stream, 0, 3), new BlockRange(stream + 1, 5, 6)),
                        List.of(new BlockRange(stream, 3, 5)))),
                new InputCut.FilesCut(
                    4,
                    List.of(
                        List.of(
                            new FileRange("hdfs://name/in/a b.txt", 0, 100, 1_699_999_999_000L)),
                        List.of())),
                new InputCut.QueueCut(5, 9)),
            List.of(new DriverEvent.SeenFile(4, "hdfs://name/in/ä.txt", 1_699_999_999_000L, 77))),
        new DriverEvent.BatchCommitted(
            1_700_000_001_000L,
            DriverEvent.CommitOutcome.COMPLETED,
            List.of(
                new StagedOutput("/out/_staged/1", "/out/counts-1"),
                new StagedSink(
                    "orders",
                    "application_1700000000000_0001",
                    2,
                    List.of(ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.wrap(new byte[] {3}))))),
        new DriverEvent.OutputPublished(1_700_000_001_000L),
        new DriverEvent.BatchCommitted(
            1_700_000_002_000L, DriverEvent.CommitOutcome.SKIPPED, List.of()),
        new DriverEvent.EmptyBatches(1_700_000_003_000L, 3_600),
        new DriverEvent.StreamEnded(stream, 6),
        new DriverEvent.ExecutorLost(7, "no heartbeat for 5 s"),
        new DriverEvent.ApplicationStopped("stopped by user"),
        new DriverEvent.InputReleased(1_700_000_002_000L),
        new DriverEvent.OperatorsChanged(
            List.of(
                new DriverEvent.Operator(
                    "clicks",
                    DriverEvent.OperatorKind.STATE,
                    6,
                    "mapWithState at Clicks.java:12",
                    Map.of("operation", "mapWithState", "slideMs", "1000")))),
        new DriverEvent.FilesSeen(
            List.of(new DriverEvent.SeenFile(4, "hdfs://name/in/old.txt", 1_699_999_000_000L, 9))),
        new DriverEvent.FilesForgotten(4, List.of("hdfs://name/in/ä.txt")),
        new DriverEvent.StreamMarked(stream, 6, 3),
        new DriverEvent.BatchesCounted(1_700_000_002_000L, 1_700_000_001_000L, 2),
        new DriverEvent.SnapshotEnd(41, 7),
        new DriverEvent.SnapshotTaken(
            1_700_000_004_000L,
            1_700_000_001_000L,
            List.of(
                new DriverEvent.StateFile("hdfs://name/c/state/e000002-000007/s-1", 4_096),
                new DriverEvent.StateFile("hdfs://name/c/state/e000002-000007/s-2", 512)),
            List.of(
                new DriverEvent.StatePartition(
                    12,
                    0,
                    2,
                    1_700_000_004_000L,
                    List.of(
                        new DriverEvent.SectionPlace(0, 0, 3_000),
                        new DriverEvent.SectionPlace(1, 1, 20))),
                new DriverEvent.StatePartition(
                    12,
                    1,
                    2,
                    1_700_000_004_000L,
                    List.of(new DriverEvent.SectionPlace(0, 1, 900))))),
        new DriverEvent.SourcesReached(
            4,
            stream,
            List.of(SourcePosition.of("ä", 77), SourcePosition.of("b", new byte[] {1, 2}))),
        new DriverEvent.BatchFailed(
            1_700_000_005_000L, 1_050, "java.lang.ArithmeticException", "/ by zero"));
  }
}
