package org.millrace.am.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.millrace.am.receive.RatePolicy;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.FileStreamNode;
import org.millrace.api.graph.NodeLabel;
import org.millrace.api.streaming.Duration;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.files.Outcome;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.hadoop.adapter.FormatBridge;

class FileTrackerTest {
  private final List<String> forgotten = new ArrayList<>();
  private static final NodeLabel LABEL =
      new NodeLabel(0, new Duration(1_000), "textFileStream", "Test.java:1");

  private final SimulatedTime time = SimulatedTime.shuffled(3);
  private final Loop loop = time.loop("driver");
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);

  private FileRate rate = new FileRate(RatePolicy.UNLIMITED, 1_000);

  @BeforeEach
  void makeDirectory() {
    make("/in");
  }

  @Test
  void givesNewFilesOldestFirstAndOnlyOnce() {
    put("/in/before", "old");
    FileTracker tracker = started("/in", true);
    put("/in/z", "first");
    put("/in/a", "second");

    List<FileSplit> found = await(tracker.find(2)).splits();
    tracker.taken(found);

    assertThat(found).extracting(FileSplit::path).containsExactly("/in/z", "/in/a");
    assertThat(await(tracker.find(2)).splits()).isEmpty();
  }

  @Test
  void givesWhatWasThereWhenOldFilesCountToo() {
    put("/in/before", "old");

    assertThat(await(started("/in", false).find(2)).splits())
        .extracting(FileSplit::path)
        .containsExactly("/in/before");
  }

  @Test
  void givesAFileAgainThatNoBatchTook() {
    FileTracker tracker = started("/in", true);
    put("/in/a", "text");

    assertThat(await(tracker.find(2)).splits()).hasSize(1);
    assertThat(await(tracker.find(2)).splits()).hasSize(1);
  }

  @Test
  void leavesEmptyFilesAndThoseThatAreBeingCopied() {
    FileTracker tracker = started("/in", true);
    put("/in/.hidden", "text");
    put("/in/_SUCCESS", "text");
    put("/in/a._COPYING_", "text");
    put("/in/a.tmp", "text");
    put("/in/empty", "");
    make("/in/directory");

    assertThat(await(tracker.find(2)).splits()).isEmpty();

    put("/in/empty", "now it has content");
    assertThat(await(tracker.find(2)).splits())
        .extracting(FileSplit::path)
        .containsExactly("/in/empty");
  }

  @Test
  void doesNotReadAFileAgainThatChanged() {
    FileTracker tracker = started("/in", true);
    put("/in/a", "text");
    tracker.taken(await(tracker.find(2)).splits());
    put("/in/a", "text and more");

    assertThat(await(tracker.find(2)).splits()).isEmpty();
  }

  @Test
  void givesAFileOfANameThatWasDeletedBefore() {
    FileTracker tracker = started("/in", true);
    put("/in/a", "text");
    tracker.taken(await(tracker.find(2)).splits());
    await(files.delete("/in/a"));
    await(tracker.find(2));
    put("/in/a", "other");

    assertThat(await(tracker.find(2)).splits())
        .extracting(FileSplit::path)
        .containsExactly("/in/a");
  }

  @Test
  void failsToStartWithoutTheDirectory() {
    FileTracker tracker = tracker("/missing", true);

    assertThatThrownBy(() -> await(tracker.start())).hasMessageContaining("/missing");
  }

  @Test
  void givesNothingWhileTheDirectoryCannotBeListed() {
    FileTracker tracker = started("/in", true);
    put("/in/taken", "text");
    tracker.taken(await(tracker.find(2)).splits());
    await(files.rename("/in", "/elsewhere"));

    assertThat(await(tracker.find(2)).splits()).isEmpty();
    assertThat(tracker.status().problem()).contains("/in");

    await(files.rename("/elsewhere", "/in"));
    assertThat(await(tracker.find(2)).splits()).isEmpty();
    assertThat(tracker.status().problem()).isEmpty();
  }

  @Test
  void findsTheDirectoriesOfAPattern() {
    make("/days/1");
    FileTracker tracker = started("/days/*", true);
    make("/days/2");
    put("/days/1/a", "text");
    put("/days/2/b", "text");

    assertThat(await(tracker.find(2)).splits())
        .extracting(FileSplit::path)
        .containsExactlyInAnyOrder("/days/1/a", "/days/2/b");
  }

  @Test
  void leavesWhatABatchMayNotTakeToTheNextOnesInOrder() {
    FileTracker tracker = limited(new FileLimits(2, 1L << 30, false));
    put("/in/c", "1");
    put("/in/b", "2");
    put("/in/a", "3");

    assertThat(takenPaths(tracker)).containsExactly("/in/c", "/in/b");
    put("/in/0", "4");
    assertThat(takenPaths(tracker)).containsExactly("/in/a", "/in/0");
  }

  @Test
  void limitsTheBytesOfABatchButTakesAFile() {
    FileTracker tracker = limited(new FileLimits(1_000, 5, false));
    put("/in/a", "larger than it may be");
    put("/in/b", "1234");
    put("/in/c", "5");
    put("/in/d", "6");

    assertThat(takenPaths(tracker)).containsExactly("/in/a");
    assertThat(takenPaths(tracker)).containsExactly("/in/b", "/in/c");
    assertThat(takenPaths(tracker)).containsExactly("/in/d");
  }

  @Test
  void takesAsManyBytesAsBatchesCanProcess() {
    rate = new FileRate(new RatePolicy(true, 20, 1, 0.2, 0, 10, 0), 500);
    FileTracker tracker = limited(new FileLimits(1_000, 1L << 30, false));
    for (int i = 100; i < 200; i++) {
      put("/in/" + i, "12345");
    }

    assertThat(takenPaths(tracker)).as("half a second at 20 bytes a second").hasSize(2);
    assertThat(tracker.status().waitingFiles()).isEqualTo(98);
    tracker.rate().onBatchCompleted(1_000, 4, 10, 20, 0);
    assertThat(tracker.status().mostBytesPerSecond()).as("tenfold").isEqualTo(200);
    assertThat(tracker.status().bytesPerSecond()).isEqualTo(20);
    assertThat(tracker.status().recordsPerSecond()).isEqualTo(8);
    assertThat(takenPaths(tracker)).hasSize(20);

    tracker.rate().onBatchCompleted(1_500, -1, 100, 2_000, 0);
    assertThat(tracker.status().mostBytesPerSecond()).as("100 bytes in 2 s").isEqualTo(50);
    assertThat(takenPaths(tracker)).hasSize(5);
    assertThat(tracker.status().files()).isEqualTo(27);
    assertThat(tracker.status().bytes()).isEqualTo(135);
  }

  @Test
  void takesAFileThatIsSeenLongAfterItWasWritten() {
    put("/elsewhere-old", "text");
    time.advance(3_600_000);
    FileTracker tracker = started("/in", true);
    assertThat(takenPaths(tracker)).isEmpty();

    assertThat(await(files.rename("/elsewhere-old", "/in/late"))).isEqualTo(Outcome.DONE);

    assertThat(takenPaths(tracker)).containsExactly("/in/late");
  }

  @Test
  void looksIntoSubdirectoriesWhenAskedTo() {
    make("/in/day/hour");
    make("/in/_hidden");
    FileTracker tracker = limited(new FileLimits(10, 1L << 30, true));
    put("/in/day/hour/a", "text");
    put("/in/_hidden/b", "text");
    make("/in/new");
    put("/in/new/c", "text");

    assertThat(takenPaths(tracker)).containsExactly("/in/day/hour/a", "/in/new/c");
  }

  @Test
  void asksTheProgramsFilterInsteadOfTheRuleForNames() {
    FileStreamNode node =
        new FileStreamNode(
            LABEL,
            0,
            new FileStreamNode.Selection("/in", true, Optional.of(path -> path.endsWith(".tmp"))),
            Optional.empty());
    FileTracker tracker = tracker(node, new FileLimits(10, 1L << 30, false));
    await(tracker.start());
    put("/in/a", "text");
    put("/in/b.tmp", "text");

    assertThat(takenPaths(tracker)).containsExactly("/in/b.tmp");
  }

  @Test
  void listsADirectoryAgainOnlyWhenAnEntryCameOrWent() {
    for (int i = 0; i < 10; i++) {
      put("/in/" + i, "text");
    }
    FileTracker tracker = started("/in", true);
    time.advance(WatchedDirectory.SETTLE_MS);
    assertThat(takenPaths(tracker)).isEmpty();
    int settled = files.listings();
    time.advance(10_000);
    assertThat(takenPaths(tracker)).isEmpty();
    assertThat(files.listings()).isEqualTo(settled);

    put("/outside", "text");
    await(files.rename("/outside", "/in/new"));
    assertThat(takenPaths(tracker)).containsExactly("/in/new");
    assertThat(files.listings()).isEqualTo(settled + 1);

    time.advance(WatchedDirectory.SETTLE_MS);
    assertThat(takenPaths(tracker)).isEmpty();
    assertThat(takenPaths(tracker)).isEmpty();
    assertThat(files.listings()).as("once more, then the time is known").isEqualTo(settled + 2);

    time.advance(WatchedDirectory.LONGEST_TRUST_MS);
    assertThat(takenPaths(tracker)).isEmpty();
    assertThat(files.listings()).isEqualTo(settled + 3);
  }

  @Test
  void missesNoEntryOfTheSameTickAsTheListingBefore() {
    FileTracker tracker = started("/in", true);
    time.advance(10);
    files.put("/in/a", "text".getBytes(UTF_8));
    assertThat(takenPaths(tracker)).containsExactly("/in/a");
    files.put("/in/b", "text".getBytes(UTF_8));
    assertThat(takenPaths(tracker)).containsExactly("/in/b");
  }

  @Test
  void remembersWhatNoBatchHadRoomForWithoutListingAgain() {
    FileTracker tracker = limited(new FileLimits(1, 1L << 30, false));
    put("/in/a", "1");
    put("/in/b", "2");
    put("/in/c", "3");
    time.advance(WatchedDirectory.SETTLE_MS);
    assertThat(takenPaths(tracker)).containsExactly("/in/a");
    time.advance(WatchedDirectory.SETTLE_MS);
    assertThat(takenPaths(tracker)).containsExactly("/in/b");
    int listings = files.listings();

    assertThat(takenPaths(tracker)).containsExactly("/in/c");
    assertThat(takenPaths(tracker)).isEmpty();
    assertThat(files.listings()).isEqualTo(listings);
  }

  @Test
  void seesContentOfAFileThatWasEmpty() {
    FileTracker tracker = started("/in", true);
    put("/in/later", "");
    for (int i = 0; i < 3; i++) {
      assertThat(takenPaths(tracker)).isEmpty();
      time.advance(1_000);
    }

    put("/in/later", "text");

    assertThat(takenPaths(tracker)).containsExactly("/in/later");
  }

  @Test
  void asksEachSubdirectoryForItsOwnTime() {
    make("/in/day/hour");
    FileTracker tracker = limited(new FileLimits(10, 1L << 30, true));
    time.advance(WatchedDirectory.SETTLE_MS);
    assertThat(takenPaths(tracker)).isEmpty();
    int settled = files.listings();

    put("/in/day/hour/a", "text");
    assertThat(takenPaths(tracker)).containsExactly("/in/day/hour/a");
    assertThat(files.listings()).isEqualTo(settled + 1);

    time.advance(WatchedDirectory.SETTLE_MS);
    assertThat(takenPaths(tracker)).isEmpty();
    await(files.delete("/in/day"));
    make("/in/day/hour");
    put("/in/day/hour/a", "other");
    assertThat(takenPaths(tracker)).as("another file of that name").isEmpty();
  }

  @Test
  void asksAFilterAgainWithoutListing() {
    boolean[] open = {false};
    FileTracker tracker =
        tracker(
            new FileStreamNode(
                LABEL,
                0,
                new FileStreamNode.Selection("/in", true, Optional.of(path -> open[0])),
                Optional.empty()),
            new FileLimits(10, 1L << 30, false));
    await(tracker.start());
    put("/in/a", "text");
    assertThat(takenPaths(tracker)).isEmpty();
    time.advance(WatchedDirectory.SETTLE_MS);
    assertThat(takenPaths(tracker)).isEmpty();
    int listings = files.listings();

    open[0] = true;

    assertThat(takenPaths(tracker)).containsExactly("/in/a");
    assertThat(files.listings()).isEqualTo(listings);
  }

  private FileTracker limited(FileLimits limits) {
    FileTracker tracker = tracker(new FileStreamNode(LABEL, 0, "/in", true), limits);
    await(tracker.start());
    return tracker;
  }

  private List<String> takenPaths(FileTracker tracker) {
    List<FileSplit> found = await(tracker.find(1)).splits();
    tracker.taken(found);
    return found.stream().map(FileSplit::path).distinct().toList();
  }

  private FileTracker started(String directory, boolean newFilesOnly) {
    FileTracker tracker = tracker(directory, newFilesOnly);
    await(tracker.start());
    return tracker;
  }

  private FileTracker tracker(String directory, boolean newFilesOnly) {
    return tracker(
        new FileStreamNode(LABEL, 0, directory, newFilesOnly),
        new FileLimits(1_000, 1L << 30, false));
  }

  private FileTracker tracker(FileStreamNode node, FileLimits limits) {
    FileReading reading =
        new FileReading(
            files,
            new FormatBridge(getClass().getClassLoader()),
            time.blockingWork(),
            node.format(),
            node.description());
    return new FileTracker(
        new FileTracker.Services(files, loop, time),
        reading,
        limits,
        rate,
        node,
        forgotten::addAll);
  }

  private void make(String directory) {
    assertThat(await(files.makeDirectories(directory))).isEqualTo(Outcome.DONE);
  }

  private void put(String path, String text) {
    time.advance(10);
    files.put(path, text.getBytes(UTF_8));
  }

  private <T> T await(CompletableFuture<T> future) {
    assertThat(time.runUntil(future::isDone, 1_000)).isTrue();
    return future.join();
  }
}
