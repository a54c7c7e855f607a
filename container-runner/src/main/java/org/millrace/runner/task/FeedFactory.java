package org.millrace.runner.task;

import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.shuffle.ShuffleKey;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.TaskInput;

/** Opens the input of a task. */
final class FeedFactory {
  private FeedFactory() {}

  static Feed open(Task task, Pipeline pipeline, TaskServices services) {
    TaskEnvironment environment = services.environment();
    PageLoop loop = pipeline.sourceLoop();
    TaskInput input = task.spec().getInput();
    SourceKind kind = task.plan().template().template().getSource().getKind();
    return switch (kind) {
      case EMPTY -> new EmptyFeed();
      case RECORDS ->
          new EncodedFeed(
              loop,
              services.codec().reader(input.getRecords().getRecords().asReadOnlyByteBuffer()));
      case BLOCKS ->
          new BlocksFeed(
              loop,
              environment.blocks(),
              services.codec(),
              environment.settings().pageBytes(),
              input.getBlocks());
      case TEXT_FILE ->
          new TextFileFeed(
              loop, environment.files(), environment.io(), input.getFile(), environment.settings());
      case SHUFFLE -> shuffle(task, loop, services);
      case SHUFFLE_COMBINE, SHUFFLE_GROUP ->
          new CombiningFeed(
              shuffle(task, loop, services), pipeline.sourceTable(), environment.memory());
      case CONCAT, ZIP, STORED, STATE, FOLD, GROUP_IN_PLACE, SOURCE_UNSPECIFIED, UNRECOGNIZED ->
          throw new MillraceException(
              ErrorCode.INTERNAL,
              "this executor does not know the source "
                  + kind
                  + ": driver and executor are of different versions");
    };
  }

  private static Feed shuffle(Task task, PageLoop loop, TaskServices services) {
    ShuffleKey key = task.shuffleInput();
    return new ShuffleFeed(
        loop, services.shuffles().pages(key, task.key().partition()), services.codec());
  }
}
