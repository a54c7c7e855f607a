package org.millrace.checkpoint.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.millrace.api.graph.BlockRange;
import org.millrace.checkpoint.log.format.ApplicationStarted;
import org.millrace.checkpoint.log.format.ApplicationStopped;
import org.millrace.checkpoint.log.format.BatchCommitted;
import org.millrace.checkpoint.log.format.BatchCut;
import org.millrace.checkpoint.log.format.BatchFailed;
import org.millrace.checkpoint.log.format.BatchesCounted;
import org.millrace.checkpoint.log.format.Blocks;
import org.millrace.checkpoint.log.format.BlocksCut;
import org.millrace.checkpoint.log.format.CommitOutcome;
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
import org.millrace.checkpoint.log.format.OperatorKind;
import org.millrace.checkpoint.log.format.OperatorsChanged;
import org.millrace.checkpoint.log.format.Output;
import org.millrace.checkpoint.log.format.OutputPublished;
import org.millrace.checkpoint.log.format.QueueCut;
import org.millrace.checkpoint.log.format.SectionPlace;
import org.millrace.checkpoint.log.format.SeenFile;
import org.millrace.checkpoint.log.format.SinkOutput;
import org.millrace.checkpoint.log.format.SnapshotEnd;
import org.millrace.checkpoint.log.format.SnapshotTaken;
import org.millrace.checkpoint.log.format.SourceOffset;
import org.millrace.checkpoint.log.format.SourcesReached;
import org.millrace.checkpoint.log.format.StateFile;
import org.millrace.checkpoint.log.format.StatePartition;
import org.millrace.checkpoint.log.format.StreamEnded;
import org.millrace.checkpoint.log.format.StreamMarked;
import org.millrace.checkpoint.log.format.StreamStarted;
import org.millrace.checkpoint.publish.PreparedOutput;
import org.millrace.checkpoint.publish.StagedOutput;
import org.millrace.checkpoint.publish.StagedSink;

/** Events to Avro bytes. Not thread-safe: belongs to its log. */
final class EventEncoder {

  private static final ToAvro TO_AVRO = new ToAvro();

  private final SpecificDatumWriter<EventRecord> writer =
      new SpecificDatumWriter<>(EventRecord.class);
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private BinaryEncoder encoder;

  byte[] encode(DriverEvent event) {
    bytes.reset();
    encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
    try {
      writer.write(new EventRecord(event.accept(TO_AVRO)), encoder);
      encoder.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static <A, B> List<B> each(List<A> list, Function<A, B> conversion) {
    return list.stream().map(conversion).toList();
  }

  private static final class ToAvro implements DriverEvent.Handler<Object> {

    @Override
    public Object onApplicationStarted(DriverEvent.ApplicationStarted event) {
      return new ApplicationStarted(
          event.name(),
          event.applicationId(),
          event.startTimeMs(),
          event.batchIntervalMs(),
          event.defaultParallelism());
    }

    @Override
    public Object onEpochClaimed(DriverEvent.EpochClaimed event) {
      return new EpochClaimed(event.epoch(), event.applicationId(), event.attempt());
    }

    @Override
    public Object onConfigurationChanged(DriverEvent.ConfigurationChanged event) {
      return new ConfigurationChanged(event.entries());
    }

    @Override
    public Object onExecutorJoined(DriverEvent.ExecutorJoined event) {
      return new ExecutorJoined(event.executorId(), event.host(), event.cores());
    }

    @Override
    public Object onExecutorLost(DriverEvent.ExecutorLost event) {
      return new ExecutorLost(event.executorId(), event.reason());
    }

    @Override
    public Object onStreamStarted(DriverEvent.StreamStarted event) {
      return new StreamStarted(event.streamId(), event.receiverId(), event.executorId());
    }

    @Override
    public Object onStreamEnded(DriverEvent.StreamEnded event) {
      return new StreamEnded(event.streamId(), event.endedAt());
    }

    @Override
    public Object onBatchCut(DriverEvent.BatchCut event) {
      return new BatchCut(
          event.batchTimeMs(),
          each(event.inputs(), ToAvro::input),
          each(event.seenFiles(), ToAvro::seenFile));
    }

    private static Object input(InputCut cut) {
      if (cut instanceof InputCut.BlocksCut blocks) {
        return new BlocksCut(
            blocks.inputId(), each(blocks.partitions(), ranges -> each(ranges, ToAvro::blocks)));
      }
      if (cut instanceof InputCut.FilesCut files) {
        return new FilesCut(
            files.inputId(), each(files.partitions(), ranges -> each(ranges, ToAvro::file)));
      }
      InputCut.QueueCut queue = (InputCut.QueueCut) cut;
      return new QueueCut(queue.inputId(), queue.queueIndex());
    }

    private static Blocks blocks(BlockRange range) {
      return new Blocks(range.streamId(), range.from(), range.until());
    }

    private static FilePart file(FileRange range) {
      return new FilePart(
          range.path(), range.offset(), range.lengthBytes(), range.modificationTimeMs());
    }

    @Override
    public Object onBatchCommitted(DriverEvent.BatchCommitted event) {
      return new BatchCommitted(
          event.batchTimeMs(),
          CommitOutcome.valueOf(event.outcome().name()),
          each(event.outputs(), ToAvro::output));
    }

    private static Object output(PreparedOutput prepared) {
      if (prepared instanceof StagedOutput files) {
        return new Output(files.stagedDirectory(), files.targetDirectory());
      }
      StagedSink sink = (StagedSink) prepared;
      return new SinkOutput(
          sink.outputId(),
          sink.application(),
          sink.epoch(),
          each(sink.messages(), ByteBuffer::duplicate));
    }

    @Override
    public Object onOutputPublished(DriverEvent.OutputPublished event) {
      return new OutputPublished(event.batchTimeMs());
    }

    @Override
    public Object onEmptyBatches(DriverEvent.EmptyBatches event) {
      return new EmptyBatches(event.fromMs(), event.count());
    }

    @Override
    public Object onSnapshotTaken(DriverEvent.SnapshotTaken event) {
      return new SnapshotTaken(
          event.versionMs(),
          event.oldestMs(),
          each(event.files(), file -> new StateFile(file.path(), file.lengthBytes())),
          each(
              event.partitions(),
              part ->
                  new StatePartition(
                      part.stateId(),
                      part.partition(),
                      part.partitionCount(),
                      part.versionMs(),
                      each(
                          part.sections(),
                          place ->
                              new SectionPlace(place.file(), place.section(), place.bytes())))));
    }

    @Override
    public Object onApplicationStopped(DriverEvent.ApplicationStopped event) {
      return new ApplicationStopped(event.reason());
    }

    @Override
    public Object onInputReleased(DriverEvent.InputReleased event) {
      return new InputReleased(event.untilMs());
    }

    @Override
    public Object onOperatorsChanged(DriverEvent.OperatorsChanged event) {
      return new OperatorsChanged(
          each(
              event.operators(),
              operator ->
                  new Operator(
                      operator.uid(),
                      OperatorKind.valueOf(operator.kind().name()),
                      operator.number(),
                      operator.description(),
                      operator.facts())));
    }

    @Override
    public Object onFilesSeen(DriverEvent.FilesSeen event) {
      return new FilesSeen(each(event.files(), ToAvro::seenFile));
    }

    private static SeenFile seenFile(DriverEvent.SeenFile file) {
      return new SeenFile(
          file.inputId(), file.path(), file.modificationTimeMs(), file.lengthBytes());
    }

    @Override
    public Object onFilesForgotten(DriverEvent.FilesForgotten event) {
      return new FilesForgotten(event.inputId(), event.paths());
    }

    @Override
    public Object onBatchFailed(DriverEvent.BatchFailed event) {
      return new BatchFailed(
          event.batchTimeMs(), event.code(), event.causeClass(), event.causeMessage());
    }

    @Override
    public Object onStreamMarked(DriverEvent.StreamMarked event) {
      return new StreamMarked(event.streamId(), event.cut(), event.released());
    }

    @Override
    public Object onSourcesReached(DriverEvent.SourcesReached event) {
      return new SourcesReached(
          event.receiverId(),
          event.streamId(),
          event.positions().stream()
              .map(at -> new SourceOffset(at.source(), ByteBuffer.wrap(at.offsetBytes())))
              .toList());
    }

    @Override
    public Object onBatchesCounted(DriverEvent.BatchesCounted event) {
      return new BatchesCounted(event.lastBatchMs(), event.lastDecidedMs(), event.committed());
    }

    @Override
    public Object onSnapshotEnd(DriverEvent.SnapshotEnd event) {
      return new SnapshotEnd(event.position(), event.events());
    }
  }
}
