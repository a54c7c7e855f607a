package org.millrace.runner.task;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.graph.Operator;
import org.millrace.runner.block.LoggedBlockReader;
import org.millrace.runner.hadoop.SplitReader;
import org.millrace.runner.shuffle.ShuffleKey;
import org.millrace.runner.task.PipeInstance.PartitionFunction;
import org.millrace.runner.task.PipeInstance.Segment;
import org.millrace.runner.task.PipeInstance.Source;
import org.millrace.runner.wire.proto.ConcatPiece;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StoreTarget;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.TaskSpec;

/**
 * Opens the input of one task: walks the tree of its pipes and that of its input together, the
 * children of a source, in order, before the operators behind it. Nothing is read yet.
 */
final class FeedFactory {
  private final TaskKey task;
  private final TaskSpec spec;
  private final TaskServices services;
  private final TaskStores stores;
  private final List<StateFeed> states = new ArrayList<>(0);
  private final List<CountedFeed> splits = new ArrayList<>(0);
  private int indexesGiven;

  FeedFactory(TaskKey task, TaskSpec spec, TaskServices services, TaskStores stores) {
    this.task = task;
    this.spec = spec;
    this.services = services;
    this.stores = stores;
  }

  /** Feeds the last segment of the pipe from the first. */
  Feed open(PipeInstance pipe, TaskInput input) {
    Feed feed = source(pipe.source(), input);
    List<Segment> segments = pipe.segments();
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      if (!segment.stores().isEmpty()) {
        feed = storing(segment.stores(), feed);
      }
      PartitionFunction function = segment.function();
      if (function != null) {
        RecordConsumer head = segments.get(i + 1).head();
        feed = new IteratorFeed(function, indexFor(function), feed, segment.buffer(), head);
      }
    }
    return feed;
  }

  private Feed storing(List<RecordOperator> operators, Feed feed) {
    List<StoreTarget> targets = new ArrayList<>(operators.size());
    for (int i = 0; i < operators.size(); i++) {
      StoreTarget target = stores.nextTargetOrNull();
      if (target == null) {
        throw mismatch("it names " + spec.getStoresCount() + " partitions to store, expected more");
      }
      targets.add(target);
    }
    return new StoringFeed(feed, operators, targets, stores);
  }

  private int indexFor(PartitionFunction function) {
    if (function.operator() != Operator.MAP_PARTITIONS_WITH_INDEX) {
      return -1;
    }
    if (indexesGiven == spec.getOperatorPartitionsCount()) {
      throw mismatch(
          "it names "
              + spec.getOperatorPartitionsCount()
              + " partitions of operators with an index, expected more");
    }
    return spec.getOperatorPartitions(indexesGiven++);
  }

  private MillraceException mismatch(String why) {
    return new MillraceException(
        ErrorCode.INTERNAL, "the input of " + task + " does not fit its template: " + why);
  }

  private Feed source(Source source, TaskInput input) {
    TaskEnvironment environment = services.environment();
    RecordConsumer head = source.head();
    PageLoop loop = source.loop();
    return switch (source.kind()) {
      case EMPTY -> new EmptyFeed();
      case RECORDS ->
          new EncodedFeed(
              loop,
              services.codec().reader(input.getRecords().getRecords().asReadOnlyByteBuffer()),
              head);
      case BLOCKS ->
          new BlocksFeed(
              loop,
              environment.blocks(),
              new LoggedBlockReader(environment.files(), environment.io()),
              services.codec(),
              environment.settings().pageBytes(),
              input.getBlocks(),
              head,
              source.textHead());
      case TEXT_FILE ->
          counted(
              new TextFileFeed(
                  loop,
                  environment.files(),
                  environment.io(),
                  input.getFile(),
                  environment.settings(),
                  head,
                  source.textHead()));
      case SPLIT ->
          counted(
              new SplitFeed(
                  loop,
                  environment,
                  (SplitReader) source.function(),
                  input.getSplit().getSplit().asReadOnlyByteBuffer(),
                  head));
      case SHUFFLE -> shuffle(loop, input.getShuffle(), head);
      case SHUFFLE_COMBINE, SHUFFLE_GROUP ->
          combining(source, shuffle(loop, input.getShuffle(), source.table()));
      case FOLD, GROUP_IN_PLACE ->
          combining(source, open(source.children().get(0), input.getFold().getChild()));
      case CONCAT -> concat(source, input);
      case ZIP -> zip(source, input);
      case STORED ->
          new StoredFeed(loop, services.store().reader(input.getStored()), services.codec(), head);
      case STATE -> state(source, input.getState());
      case SOURCE_UNSPECIFIED, UNRECOGNIZED ->
          throw PipeShape.unknown("source", source.kind().name(), null);
    };
  }

  private Feed counted(Feed feed) {
    CountedFeed counted = new CountedFeed(feed);
    splits.add(counted);
    return counted;
  }

  private Feed shuffle(PageLoop loop, ShuffleInput input, RecordConsumer head) {
    ShuffleKey key = new ShuffleKey(task.jobId(), task.placementVersion(), input.getShuffleId());
    return new ShuffleFeed(
        loop, services.shuffles().pages(key, input.getPartition()), services.codec(), head);
  }

  private Feed combining(Source source, Feed input) {
    return new CombiningFeed(input, source.table(), services.environment().memory(), source.head());
  }

  private Feed concat(Source source, TaskInput input) {
    List<Feed> pieces = new ArrayList<>(input.getConcat().getPiecesCount());
    for (ConcatPiece piece : input.getConcat().getPiecesList()) {
      int child = piece.getChild();
      if (child < 0 || child >= source.children().size()) {
        throw mismatch(
            "a piece is read by child " + child + " of " + source.children().size() + " children");
      }
      pieces.add(open(source.children().get(child), piece.getInput()));
    }
    return new ConcatFeed(pieces);
  }

  private Feed zip(Source source, TaskInput input) {
    int count = input.getZip().getChildrenCount();
    if (count != source.children().size()) {
      throw mismatch(count + " inputs for " + source.children().size() + " children of a zip");
    }
    List<Feed> children = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      children.add(open(source.children().get(i), input.getZip().getChildren(i)));
    }
    return new ZipFeed(source, children);
  }

  private Feed state(Source source, StateInput input) {
    int count = input.getChildrenCount();
    if (count != source.children().size()) {
      throw mismatch(count + " inputs for " + source.children().size() + " children of a state");
    }
    List<Feed> children = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      children.add(open(source.children().get(i), input.getChildren(i)));
    }
    StateInlet inlet = source.inlet();
    StateFeed feed =
        new StateFeed(
            source,
            services.states().attempt(inlet.spec(), input, inlet.functions(), count),
            children);
    states.add(feed);
    return feed;
  }

  /** The parts of files that the opened feeds read, in the order of the input's tree. */
  List<CountedFeed> splits() {
    return splits;
  }

  /** The states that the opened feeds bring to a version. */
  List<StateFeed> states() {
    return states;
  }
}
