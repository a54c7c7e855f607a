package org.millrace.checkpoint.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.segment.Sealing;

/** What every adapter of {@link DurableFiles} must do. A subclass says which adapter and where. */
@Timeout(300)
public abstract class DurableFilesConformance {

  private static final long DEADLINE_SECONDS = 90;
  private static final CreateOptions SPARE = CreateOptions.DEFAULT.withAtMost(2);

  private DurableFiles files;
  private String directory;

  /** The adapter under test. */
  protected abstract DurableFiles files();

  /** The same file system as another process sees it: another client, where there are clients. */
  protected abstract DurableFiles filesOfAnotherProcess();

  /** A path, with its scheme, that does not exist and differs from test to test. */
  protected abstract String newDirectory();

  @BeforeEach
  void makeDirectory() throws Exception {
    files = files();
    directory = newDirectory();
    assertThat(get(files.makeDirectories(directory))).isEqualTo(Outcome.DONE);
  }

  protected static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /** What the future fails with. */
  protected static MillraceException failure(CompletableFuture<?> future) {
    Throwable thrown = catchThrowable(() -> get(future));
    assertThat(thrown).isInstanceOf(ExecutionException.class);
    assertThat(thrown.getCause()).isInstanceOf(MillraceException.class);
    return (MillraceException) thrown.getCause();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private String path(String name) {
    return directory + "/" + name;
  }

  private AppendFile create(String path) throws Exception {
    return get(files.createExclusive(path, CreateOptions.DEFAULT));
  }

  private void write(String path, String content) throws Exception {
    AppendFile file = create(path);
    get(file.append(bytes(content)));
    get(file.close());
  }

  private static String read(DurableFiles from, String path, long offset) throws IOException {
    try (InputStream stream = from.open(path, offset)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String read(String path) throws IOException {
    return read(files, path, 0);
  }

  @Test
  void readsWhatWasFlushedWhileTheFileIsOpen() throws Exception {
    AppendFile file = create(path("open"));
    get(file.append(bytes("one ")));
    assertThat(get(file.flush())).isEqualTo(4);
    assertThat(read(filesOfAnotherProcess(), path("open"), 0)).isEqualTo("one ");
    get(file.append(bytes("two")));
    assertThat(get(file.sync())).isEqualTo(7);
    assertThat(read(filesOfAnotherProcess(), path("open"), 0)).isEqualTo("one two");
    get(file.close());
    assertThat(read(path("open"))).isEqualTo("one two");
  }

  @Test
  void appendsInTheOrderOfTheCallsWithoutWaiting() throws Exception {
    AppendFile file = create(path("pipelined"));
    StringBuilder expected = new StringBuilder();
    List<CompletableFuture<Long>> appends = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      String first = i + ",";
      String second = i + ";";
      ByteBuffer direct = ByteBuffer.allocateDirect(second.length());
      direct.put(second.getBytes(StandardCharsets.UTF_8)).flip();
      appends.add(file.append(bytes(first), direct));
      expected.append(first).append(second);
      assertThat(file.length()).isEqualTo(expected.length());
    }
    assertThat(get(file.flush())).isEqualTo(expected.length());
    assertThat(appends).allMatch(CompletableFuture::isDone);
    assertThat(appends.get(1_999).join()).isEqualTo(expected.length());
    assertThat(read(path("pipelined"))).isEqualTo(expected.toString());
    get(file.close());
  }

  @Test
  void appendsMoreThanAnyBuffer() throws Exception {
    AppendFile file = create(path("large"));
    byte[] content = new byte[3_000_001];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) ((i * 31) >> 3);
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content).flip();
    get(file.append(ByteBuffer.wrap(content), direct));
    get(file.close());
    try (InputStream stream = files.open(path("large"), content.length)) {
      assertThat(stream.readAllBytes()).isEqualTo(content);
    }
  }

  @Test
  void createsOnlyWhatDoesNotExist() throws Exception {
    AppendFile open = create(path("taken"));
    assertThat(
            failure(filesOfAnotherProcess().createExclusive(path("taken"), CreateOptions.DEFAULT))
                .code())
        .isEqualTo(ErrorCode.FILE_EXISTS);
    get(open.append(bytes("mine")));
    get(open.close());
    assertThat(failure(files.createExclusive(path("taken"), CreateOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.FILE_EXISTS);
    assertThat(read(path("taken"))).isEqualTo("mine");
  }

  @Test
  void givesANameToOneOfManyCreatorsOnly() throws Exception {
    List<CompletableFuture<AppendFile>> creations = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      DurableFiles creator = i % 2 == 0 ? files : filesOfAnotherProcess();
      creations.add(creator.createExclusive(path("claim"), CreateOptions.DEFAULT));
    }
    List<AppendFile> won = new ArrayList<>();
    for (CompletableFuture<AppendFile> creation : creations) {
      Throwable fault = get(creation.handle((file, thrown) -> thrown));
      if (fault == null) {
        won.add(creation.join());
      } else {
        assertThat(failure(creation).code()).isEqualTo(ErrorCode.FILE_EXISTS);
      }
    }
    assertThat(won).hasSize(1);
    get(won.get(0).close());
  }

  @Test
  void fencesACreatorWhoseDirectoryIsMissing() throws Exception {
    String missing = path("missing/file");
    assertThat(failure(files.createExclusive(missing, CreateOptions.DEFAULT)))
        .isInstanceOf(FencedException.class);
    assertThat(get(files.status(path("missing")))).isEmpty();
  }

  @Test
  void fencesACreatorWhoseDirectoryIsAFileNow() throws Exception {
    write(path("occupied"), "");
    assertThat(failure(files.createExclusive(path("occupied/file"), CreateOptions.DEFAULT)))
        .isInstanceOf(FencedException.class);
    assertThat(get(files.makeDirectories(path("occupied")))).isEqualTo(Outcome.FAILED);
    get(files.makeDirectories(path("directory")));
    assertThat(failure(files.createExclusive(path("directory"), CreateOptions.DEFAULT)).code())
        .isEqualTo(ErrorCode.FILE_EXISTS);
  }

  @Test
  void sealsALogInUse() throws Exception {
    get(files.makeDirectories(path("log")));
    AppendFile active = create(path("log/segment-000000.log"));
    AppendFile spare = get(files.createExclusive(path("log/segment-000001.log"), SPARE));
    get(active.append(bytes("acknowledged")));
    get(active.flush());
    get(spare.flush());
    Sealing sealing = new Sealing(filesOfAnotherProcess(), Duration.ofSeconds(60));
    String sealed = get(sealing.seal(path("log"))).orElseThrow();
    assertThat(failure(files.createExclusive(path("log/segment-000002.log"), SPARE)))
        .isInstanceOf(FencedException.class);
    for (AppendFile file : List.of(active, spare)) {
      CompletableFuture<Long> late = file.append(bytes(" late"));
      assertThat(failure(file.flush())).isInstanceOf(FencedException.class);
      assertThat(late).isDone();
    }
    assertThat(read(filesOfAnotherProcess(), sealed + "/segment-000000.log", 0))
        .isEqualTo("acknowledged");
    assertThat(get(sealing.seal(path("log")))).contains(sealed);
    assertThat(get(sealing.seal(path("never made")))).isEmpty();
    assertThat(get(files.makeDirectories(path("never made")))).isEqualTo(Outcome.FAILED);
  }

  @Test
  void opensAtAnOffset() throws Exception {
    write(path("file"), "0123456789");
    assertThat(read(files, path("file"), 7)).isEqualTo("789");
    assertThat(read(files, path("file"), 10)).isEmpty();
    assertThat(catchThrowable(() -> files.open(path("file"), 11)))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE));
    assertThat(catchThrowable(() -> files.open(path("none"), 0)))
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_PATH));
  }

  @Test
  void listsADirectoryInOrder() throws Exception {
    write(path("b"), "bb");
    write(path("a"), "a");
    get(files.makeDirectories(path("c/d")));
    List<FileStatus> entries = get(files.list(directory));
    assertThat(entries).extracting(FileStatus::name).containsExactly("a", "b", "c");
    assertThat(entries).extracting(FileStatus::directory).containsExactly(false, false, true);
    assertThat(entries).extracting(FileStatus::lengthBytes).containsExactly(1L, 2L, 0L);
    assertThat(read(entries.get(1).path())).isEqualTo("bb");
    assertThat(get(files.status(entries.get(0).path()))).contains(entries.get(0));
    assertThat(failure(files.list(path("none"))).code()).isEqualTo(ErrorCode.NO_SUCH_PATH);
    assertThat(failure(files.list(path("a"))).code()).isEqualTo(ErrorCode.NO_SUCH_PATH);
  }

  @Test
  void knowsWhenADirectoryGotOrLostAnEntry() throws Exception {
    String watched = path("watched");
    get(files.makeDirectories(watched));
    String inside = path("watched/entry");
    String outside = path("outside");

    changesTheTimeOf(watched, () -> write(inside, "text"), () -> get(files.delete(inside)));
    changesTheTimeOf(
        watched,
        () -> get(files.rename(inside, outside)),
        () -> get(files.rename(outside, inside)));
    changesTheTimeOf(
        watched,
        () -> get(files.rename(outside, inside)),
        () -> get(files.rename(inside, outside)));
    changesTheTimeOf(watched, () -> get(files.delete(inside)), () -> write(inside, "text"));
  }

  private interface Change {
    void make() throws Exception;
  }

  /** Makes the change, takes it back and makes it again until the clock has ticked meanwhile. */
  private void changesTheTimeOf(String watched, Change change, Change back) throws Exception {
    long before = timeOf(watched);
    assertThat(before).isPositive();
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
    change.make();
    while (timeOf(watched) == before) {
      assertThat(System.nanoTime() - deadlineNanos).as("the time stays").isNegative();
      back.make();
      change.make();
    }
    assertThat(timeOf(watched)).isGreaterThan(before);
  }

  private long timeOf(String directory) throws Exception {
    return get(files.status(directory)).orElseThrow().modificationTimeMs();
  }

  @Test
  void findsPathsByPattern() throws Exception {
    get(files.makeDirectories(path("x1")));
    get(files.makeDirectories(path("x2")));
    write(path("x1/a.txt"), "");
    write(path("x2/a.txt"), "");
    write(path("x2/b.log"), "");
    assertThat(get(files.glob(path("x*/*.txt"))))
        .extracting(status -> status.path().substring(status.path().length() - 8))
        .containsExactly("x1/a.txt", "x2/a.txt");
    assertThat(get(files.glob(path("none/*")))).isEmpty();
    assertThat(get(files.glob(path("x2/b.log")))).hasSize(1);
  }

  @Test
  void findsNothingWhereNothingIs() throws Exception {
    assertThat(get(files.status(path("none")))).isEmpty();
    assertThat(get(files.status(directory)).orElseThrow().directory()).isTrue();
  }

  @Test
  void renamesAFile() throws Exception {
    write(path("from"), "content");
    assertThat(get(files.rename(path("from"), path("to")))).isEqualTo(Outcome.DONE);
    assertThat(get(files.status(path("from")))).isEmpty();
    assertThat(read(path("to"))).isEqualTo("content");
  }

  @Test
  void renamesAgainWithoutHarm() throws Exception {
    write(path("from"), "content");
    get(files.rename(path("from"), path("to")));
    assertThat(get(files.rename(path("from"), path("to")))).isEqualTo(Outcome.DONE);
    assertThat(read(path("to"))).isEqualTo("content");
  }

  @Test
  void neverRenamesOverAFile() throws Exception {
    write(path("from"), "new");
    write(path("to"), "old");
    assertThat(get(files.rename(path("from"), path("to")))).isEqualTo(Outcome.FAILED);
    assertThat(read(path("from"))).isEqualTo("new");
    assertThat(read(path("to"))).isEqualTo("old");
  }

  @Test
  void failsToRenameWhatIsNotThereOrCannotBe() throws Exception {
    assertThat(get(files.rename(path("none"), path("to")))).isEqualTo(Outcome.FAILED);
    write(path("from"), "content");
    assertThat(get(files.rename(path("from"), path("none/to")))).isEqualTo(Outcome.FAILED);
    assertThat(read(path("from"))).isEqualTo("content");
  }

  @Test
  void renamesADirectoryWithAllBelow() throws Exception {
    get(files.makeDirectories(path("from/sub")));
    write(path("from/sub/file"), "content");
    assertThat(get(files.renameDirectory(path("from"), path("to")))).isEqualTo(Outcome.DONE);
    assertThat(read(path("to/sub/file"))).isEqualTo("content");
    assertThat(get(files.status(path("from")))).isEmpty();
    assertThat(get(files.renameDirectory(path("from"), path("to")))).isEqualTo(Outcome.DONE);
  }

  @Test
  void neverRenamesADirectoryIntoAnExistingOne() throws Exception {
    get(files.makeDirectories(path("from")));
    get(files.makeDirectories(path("to")));
    assertThat(get(files.renameDirectory(path("from"), path("to")))).isEqualTo(Outcome.FAILED);
    assertThat(get(files.list(path("to")))).isEmpty();
    assertThat(get(files.status(path("from")))).isPresent();
  }

  @Test
  void deletesAndMakesDirectoriesAnyNumberOfTimes() throws Exception {
    get(files.makeDirectories(path("a/b")));
    write(path("a/b/file"), "content");
    assertThat(get(files.makeDirectories(path("a/b")))).isEqualTo(Outcome.DONE);
    assertThat(get(files.makeDirectories(path("a/b/file/c")))).isEqualTo(Outcome.FAILED);
    assertThat(get(files.delete(path("a")))).isEqualTo(Outcome.DONE);
    assertThat(get(files.delete(path("a")))).isEqualTo(Outcome.DONE);
    assertThat(get(files.status(path("a")))).isEmpty();
  }

  @Test
  void closesOnceAndRefusesToWriteAfterwards() throws Exception {
    AppendFile file = create(path("file"));
    get(file.append(bytes("content")));
    get(file.close());
    get(file.close());
    assertThat(failure(file.append(bytes("late"))).code()).isEqualTo(ErrorCode.ILLEGAL_USE);
    assertThat(read(path("file"))).isEqualTo("content");
  }

  @Test
  void keepsWhatWasFlushedWhenAWriterGivesUp() throws Exception {
    AppendFile file = create(path("file"));
    get(file.append(bytes("flushed")));
    get(file.flush());
    get(file.abort());
    assertThat(failure(file.append(bytes("late"))).code()).isEqualTo(ErrorCode.DURABILITY_UNKNOWN);
    get(filesOfAnotherProcess().recoverLease(path("file"), Duration.ofSeconds(60)));
    assertThat(read(path("file"))).isEqualTo("flushed");
  }

  @Test
  void fencesTheWriterWhenItsLeaseIsRecovered() throws Exception {
    AppendFile file = create(path("log"));
    get(file.append(bytes("acknowledged")));
    get(file.flush());
    get(filesOfAnotherProcess().recoverLease(path("log"), Duration.ofSeconds(60)));
    CompletableFuture<Long> append = file.append(bytes(" late"));
    assertThat(failure(file.flush())).isInstanceOf(FencedException.class);
    assertThat(append).isDone();
    assertThat(failure(file.append(bytes("later")))).isInstanceOf(FencedException.class);
    assertThat(failure(file.close())).isInstanceOf(FencedException.class);
    assertThat(read(filesOfAnotherProcess(), path("log"), 0)).isEqualTo("acknowledged");
    assertThat(get(filesOfAnotherProcess().status(path("log"))).orElseThrow().lengthBytes())
        .isEqualTo(12);
  }

  @Test
  void recoversWhatIsClosedAlreadyAtOnce() throws Exception {
    write(path("file"), "content");
    get(files.recoverLease(path("file"), Duration.ofSeconds(60)));
    get(files.recoverLease(path("file"), Duration.ofSeconds(60)));
    assertThat(read(path("file"))).isEqualTo("content");
    assertThat(failure(files.recoverLease(path("none"), Duration.ofSeconds(60))).code())
        .isEqualTo(ErrorCode.NO_SUCH_PATH);
  }

  @Test
  void fencesTheNextSegmentByTheRenameOfTheDirectory() throws Exception {
    get(files.makeDirectories(path("epoch-1")));
    AppendFile segment = create(path("epoch-1/segment-0"));
    get(segment.append(bytes("before ")));
    get(segment.flush());
    assertThat(
            get(filesOfAnotherProcess().renameDirectory(path("epoch-1"), path("epoch-1.sealed"))))
        .isEqualTo(Outcome.DONE);
    assertThat(failure(files.createExclusive(path("epoch-1/segment-1"), CreateOptions.DEFAULT)))
        .isInstanceOf(FencedException.class);
    // The rename alone does not stop the writer of an open segment: this is acknowledged.
    get(segment.append(bytes("after rename")));
    get(segment.flush());
    get(
        filesOfAnotherProcess()
            .recoverLease(path("epoch-1.sealed/segment-0"), Duration.ofSeconds(60)));
    CompletableFuture<Long> late = segment.append(bytes(" late"));
    assertThat(failure(segment.flush())).isInstanceOf(FencedException.class);
    assertThat(late).isDone();
    assertThat(read(filesOfAnotherProcess(), path("epoch-1.sealed/segment-0"), 0))
        .isEqualTo("before after rename");
  }

  @Test
  void answersLocationsForAnyRange() throws Exception {
    write(path("file"), "content");
    assertThat(get(files.blockLocations(path("file"), 0, 7))).doesNotContain("");
  }
}
