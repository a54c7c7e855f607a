package org.millrace.checkpoint.log;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.checkpoint.log.format.ApplicationStarted;
import org.millrace.checkpoint.log.format.ApplicationStopped;
import org.millrace.checkpoint.log.format.BatchCommitted;
import org.millrace.checkpoint.log.format.BatchCut;
import org.millrace.checkpoint.log.format.BatchFailed;
import org.millrace.checkpoint.log.format.BatchesCounted;
import org.millrace.checkpoint.log.format.Blocks;
import org.millrace.checkpoint.log.format.BlocksCut;
import org.millrace.checkpoint.log.format.ConfigurationChanged;
import org.millrace.checkpoint.log.format.EmptyBatches;
import org.millrace.checkpoint.log.format.EpochClaimed;
import org.millrace.checkpoint.log.format.EventRecord;
import org.millrace.checkpoint.log.format.ExecutorJoined;
import org.millrace.checkpoint.log.format.ExecutorLost;
import org.millrace.checkpoint.log.format.FilePart;
import org.millrace.checkpoint.log.format.FilesCut;
import org.millrace.checkpoint.log.format.FilesForgotten;
import org.millrace.checkpoint.log.format.FilesSeen;
import org.millrace.checkpoint.log.format.InputReleased;
import org.millrace.checkpoint.log.format.Operator;
import org.millrace.checkpoint.log.format.OperatorsChanged;
import org.millrace.checkpoint.log.format.Output;
import org.millrace.checkpoint.log.format.OutputPublished;
import org.millrace.checkpoint.log.format.QueueCut;
import org.millrace.checkpoint.log.format.SeenFile;
import org.millrace.checkpoint.log.format.SinkOutput;
import org.millrace.checkpoint.log.format.SnapshotEnd;
import org.millrace.checkpoint.log.format.SnapshotTaken;
import org.millrace.checkpoint.log.format.SourceOffset;
import org.millrace.checkpoint.log.format.SourcesReached;
import org.millrace.checkpoint.log.format.StreamEnded;
import org.millrace.checkpoint.log.format.StreamMarked;
import org.millrace.checkpoint.log.format.StreamStarted;
import org.millrace.checkpoint.publish.PreparedOutput;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.publish.StagedSink;

/** Avro bytes, written with the schema of a segment's header, to events. Not thread-safe. */
final class EventDecoder {

  private static final Map<Class<?>, Function<Object, DriverEvent>> FROM_AVRO = fromAvro();

  private final SpecificDatumReader<EventRecord> reader;
  private BinaryDecoder decoder;

  EventDecoder(Schema writerSchema) {
    reader = new SpecificDatumReader<>(writerSchema, EventRecord.getClassSchema());
  }

  /**
   * The event in the bytes.
   *
   * @throws IOException when they are no event of the schema, or one that this version does not
   *     know
   */
  DriverEvent decode(byte[] bytes) throws IOException {
    decoder = DecoderFactory.get().binaryDecoder(bytes, decoder);
    Object event;
    try {
      event = reader.read(null, decoder).getEvent();
      if (!decoder.isEnd()) {
        throw new IOException("bytes are left behind the event");
      }
      return FROM_AVRO.get(event.getClass()).apply(event);
    } catch (RuntimeException e) {
      // Avro answers damaged bytes with exceptions of many kinds.
      throw new IOException(e.toString(), e);
    }
  }

  private static Map<Class<?>, Function<Object, DriverEvent>> fromAvro() {
    Map<Class<?>, Function<Object, DriverEvent>> map = new HashMap<>();
    add(
        map,
        ApplicationStarted.class,
        event ->
            new DriverEvent.ApplicationStarted(
                event.getName(),
                event.getApplicationId(),
                event.getStartTimeMs(),
                event.getBatchIntervalMs(),
                event.getDefaultParallelism()));
    add(
        map,
        EpochClaimed.class,
        event ->
            new DriverEvent.EpochClaimed(
                event.getEpoch(), event.getApplicationId(), event.getAttempt()));
    add(
        map,
        ConfigurationChanged.class,
        event -> new DriverEvent.ConfigurationChanged(event.getEntries()));
    add(
        map,
        ExecutorJoined.class,
        event ->
            new DriverEvent.ExecutorJoined(
                event.getExecutorId(), event.getHost(), event.getCores()));
    add(
        map,
        ExecutorLost.class,
        event -> new DriverEvent.ExecutorLost(event.getExecutorId(), event.getReason()));
    add(
        map,
        StreamStarted.class,
        event ->
            new DriverEvent.StreamStarted(
                event.getStreamId(), event.getReceiverId(), event.getExecutorId()));
    add(
        map,
        StreamEnded.class,
        event -> new DriverEvent.StreamEnded(event.getStreamId(), event.getEndedAt()));
    add(map, BatchCut.class, EventDecoder::batchCut);
    add(map, BatchCommitted.class, EventDecoder::batchCommitted);
    add(
        map,
        OutputPublished.class,
        event -> new DriverEvent.OutputPublished(event.getBatchTimeMs()));
    add(
        map,
        EmptyBatches.class,
        event -> new DriverEvent.EmptyBatches(event.getFromMs(), event.getCount()));
    add(map, SnapshotTaken.class, EventDecoder::snapshotTaken);
    add(
        map,
        ApplicationStopped.class,
        event -> new DriverEvent.ApplicationStopped(event.getReason()));
    addLater(map);
    return Map.copyOf(map);
  }

  private static void addLater(Map<Class<?>, Function<Object, DriverEvent>> map) {
    add(map, InputReleased.class, event -> new DriverEvent.InputReleased(event.getUntilMs()));
    add(
        map,
        OperatorsChanged.class,
        event ->
            new DriverEvent.OperatorsChanged(each(event.getOperators(), EventDecoder::operator)));
    add(
        map,
        FilesSeen.class,
        event -> new DriverEvent.FilesSeen(each(event.getFiles(), EventDecoder::seenFile)));
    add(
        map,
        FilesForgotten.class,
        event -> new DriverEvent.FilesForgotten(event.getInputId(), event.getPaths()));
    add(
        map,
        BatchFailed.class,
        event ->
            new DriverEvent.BatchFailed(
                event.getBatchTimeMs(),
                event.getCode(),
                event.getCauseClass(),
                event.getCauseMessage()));
    add(
        map,
        StreamMarked.class,
        event ->
            new DriverEvent.StreamMarked(event.getStreamId(), event.getCut(), event.getReleased()));
    add(
        map,
        SourcesReached.class,
        event ->
            new DriverEvent.SourcesReached(
                event.getReceiverId(),
                event.getStreamId(),
                event.getPositions().stream().map(EventDecoder::position).toList()));
    add(
        map,
        BatchesCounted.class,
        event ->
            new DriverEvent.BatchesCounted(
                event.getLastBatchMs(), event.getLastDecidedMs(), event.getCommitted()));
    add(
        map,
        SnapshotEnd.class,
        event -> new DriverEvent.SnapshotEnd(event.getPosition(), event.getEvents()));
  }

  private static DriverEvent.Operator operator(Operator operator) {
    return new DriverEvent.Operator(
        operator.getUid(),
        DriverEvent.OperatorKind.valueOf(operator.getKind().name()),
        operator.getNumber(),
        operator.getDescription(),
        operator.getFacts());
  }

  private static DriverEvent snapshotTaken(SnapshotTaken event) {
    return new DriverEvent.SnapshotTaken(
        event.getVersionMs(),
        event.getOldestMs(),
        each(
            event.getFiles(),
            file -> new DriverEvent.StateFile(file.getPath(), file.getLengthBytes())),
        each(
            event.getPartitions(),
            part ->
                new DriverEvent.StatePartition(
                    part.getStateId(),
                    part.getPartition(),
                    part.getPartitionCount(),
                    part.getVersionMs(),
                    each(
                        part.getSections(),
                        place ->
                            new DriverEvent.SectionPlace(
                                place.getFile(), place.getSection(), place.getBytes())))));
  }

  private static <T> void add(
      Map<Class<?>, Function<Object, DriverEvent>> map,
      Class<T> type,
      Function<T, DriverEvent> conversion) {
    map.put(type, event -> conversion.apply(type.cast(event)));
  }

  private static DriverEvent batchCut(BatchCut event) {
    return new DriverEvent.BatchCut(
        event.getBatchTimeMs(),
        each(event.getInputs(), EventDecoder::input),
        each(event.getSeenFiles(), EventDecoder::seenFile));
  }

  private static InputCut input(Object input) {
    if (input instanceof BlocksCut cut) {
      return new InputCut.BlocksCut(
          cut.getInputId(), each(cut.getPartitions(), part -> each(part, EventDecoder::blocks)));
    }
    if (input instanceof FilesCut cut) {
      return new InputCut.FilesCut(
          cut.getInputId(), each(cut.getPartitions(), part -> each(part, EventDecoder::file)));
    }
    QueueCut cut = (QueueCut) input;
    return new InputCut.QueueCut(cut.getInputId(), cut.getQueueIndex());
  }

  private static BlockRange blocks(Blocks blocks) {
    return new BlockRange(blocks.getStreamId(), blocks.getFrom(), blocks.getUntil());
  }

  private static FileRange file(FilePart part) {
    return new FileRange(
        part.getPath(), part.getOffset(), part.getLengthBytes(), part.getModificationTimeMs());
  }

  private static DriverEvent.SeenFile seenFile(SeenFile file) {
    return new DriverEvent.SeenFile(
        file.getInputId(), file.getPath(), file.getModificationTimeMs(), file.getLengthBytes());
  }

  private static DriverEvent batchCommitted(BatchCommitted event) {
    return new DriverEvent.BatchCommitted(
        event.getBatchTimeMs(),
        DriverEvent.CommitOutcome.valueOf(event.getOutcome().name()),
        each(event.getOutputs(), EventDecoder::output));
  }

  private static PreparedOutput output(Object output) {
    if (output instanceof Output files) {
      return new StagedOutput(files.getStagedDirectory(), files.getTargetDirectory());
    }
    SinkOutput sink = (SinkOutput) output;
    return new StagedSink(
        sink.getOutputId(), sink.getApplication(), sink.getEpoch(), sink.getMessages());
  }

  private static <A, B> List<B> each(List<A> list, Function<A, B> conversion) {
    return list.stream().map(conversion).toList();
  }

  private static SourcePosition position(SourceOffset at) {
    byte[] offset = new byte[at.getOffset().remaining()];
    at.getOffset().duplicate().get(offset);
    return SourcePosition.of(at.getSource(), offset);
  }
}
