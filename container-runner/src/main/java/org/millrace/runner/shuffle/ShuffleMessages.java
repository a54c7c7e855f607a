package org.millrace.runner.shuffle;

import java.nio.ByteBuffer;
import java.util.List;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.MapOutputEnd;
import org.millrace.runner.wire.proto.ShufflePage;

/** The frames that map side and reduce side exchange; peer links fill in the epoch. */
final class ShuffleMessages {
  private ShuffleMessages() {}

  /** Where a page belongs. */
  record PageAddress(
      ShuffleKey shuffle, int mapPartition, int attempt, int reducePartition, int page) {}

  static Frame page(PageAddress address, int recordCount, int checksum, ByteBuffer bytes) {
    ShuffleKey shuffle = address.shuffle();
    ShufflePage header =
        ShufflePage.newBuilder()
            .setJobId(shuffle.jobId())
            .setPlacementVersion(shuffle.placementVersion())
            .setShuffleId(shuffle.shuffleId())
            .setMapPartition(address.mapPartition())
            .setAttempt(address.attempt())
            .setReducePartition(address.reducePartition())
            .setPage(address.page())
            .setRecordCount(recordCount)
            .setChecksum(checksum)
            .build();
    return Frame.of(Envelope.newBuilder().setShufflePage(header).build(), bytes);
  }

  static Frame end(
      ShuffleKey shuffle,
      int mapPartition,
      int attempt,
      List<Integer> reducePartitions,
      List<Integer> pageCounts) {
    MapOutputEnd end =
        MapOutputEnd.newBuilder()
            .setJobId(shuffle.jobId())
            .setPlacementVersion(shuffle.placementVersion())
            .setShuffleId(shuffle.shuffleId())
            .setMapPartition(mapPartition)
            .setAttempt(attempt)
            .addAllReducePartitions(reducePartitions)
            .addAllPageCounts(pageCounts)
            .build();
    return Frame.of(Envelope.newBuilder().setMapOutputEnd(end).build());
  }
}
