package org.millrace.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.millrace.api.BatchContext;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.fake.FakeEngine;

class PipeTest {
  private final BatchContext context =
      new BatchContext(new StreamingConf(false).setAppName("test"), new FakeEngine(2));
  private final RDD<Integer> numbers = context.parallelize(List.of(1, 2, 3), 2);

  private static List<String> shell(String script) {
    return List.of("sh", "-c", script);
  }

  private static void assertFails(RDD<String> piped, String... parts) {
    assertThatThrownBy(piped::collect)
        .isInstanceOfSatisfying(
            MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_FAILED))
        .hasMessageContainingAll(parts);
  }

  @Test
  void sendsEachPartitionThroughACommandOfItsOwn() {
    assertThat(numbers.pipe("cat").glom().collect())
        .containsExactly(List.of("1"), List.of("2", "3"));
    assertThat(numbers.pipe("  wc   -l ").map(String::trim).collect()).containsExactly("1", "2");
    assertThat(context.parallelize(List.of(), 2).pipe(shell("echo none")).collect())
        .containsExactly("none", "none");
  }

  @Test
  void doesNotBlockWhateverTheCommandReadsAndWritesFirst() {
    RDD<Integer> many = context.parallelize(IntStream.range(0, 100_000).boxed().toList(), 1);

    assertThat(many.pipe("cat").collect()).hasSize(100_000).endsWith("99999");
    assertThat(many.pipe(shell("sort -n -r | head -2")).collect())
        .containsExactly("99999", "99998");
    assertThat(many.pipe(shell("seq 1 50000; cat")).count()).isEqualTo(150_000);
    assertThat(many.pipe(shell("seq 1 50000; cat >/dev/null; seq 1 50000")).count())
        .isEqualTo(100_000);
  }

  @Test
  void letsACommandStopReading() {
    RDD<Integer> many = context.parallelize(IntStream.range(0, 100_000).boxed().toList(), 1);

    assertThat(many.pipe("head -3").collect()).containsExactly("0", "1", "2");
    assertThat(many.pipe(shell("exec <&-; echo deaf")).collect()).containsExactly("deaf");
  }

  @Test
  void addsToTheEnvironment() {
    assertThat(
            numbers
                .pipe(shell("cat >/dev/null; echo $GREETING $HOME"), Map.of("GREETING", "hello"))
                .first())
        .isEqualTo("hello " + System.getenv("HOME"));
  }

  @Test
  void runsInADirectoryOfItsOwnThatIsDeleted() throws Exception {
    Path current = Path.of("").toAbsolutePath();
    String script = "cat >/dev/null; pwd; echo left > made; mkdir -p d/e; ls";

    List<String> lines =
        context.parallelize(List.of(1), 1).pipe(shell(script), Map.of(), true, 100).collect();
    assertThat(Path.of(lines.get(0)).getParent()).isEqualTo(current);
    assertThat(Path.of(lines.get(0))).doesNotExist();
    assertThat(lines).contains("made", "d");
    try (Stream<Path> entries = Files.list(current)) {
      List<String> visible =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> !name.startsWith(".") && !name.startsWith("millrace-pipe-"))
              .toList();
      assertThat(lines).containsAll(visible);
      assertThat(visible).doesNotContain("made", "d");
    }
  }

  @Test
  void readsAndWritesInAnEncoding() {
    RDD<String> words = context.parallelize(List.of("gr\u00fc\u00df"), 1);

    assertThat(words.pipe(shell("cat"), Map.of(), false, 10, "ISO-8859-1").collect())
        .containsExactly("gr\u00fc\u00df");
    assertThat(words.pipe(shell("wc -c"), Map.of(), false, 10, "ISO-8859-1").first().trim())
        .isEqualTo("5");
    assertThat(words.pipe("wc -c").first().trim()).isEqualTo("7");
  }

  @Test
  void namesACommandThatFails() {
    assertFails(
        numbers.pipe(shell("cat; echo went wrong >&2; exit 3")),
        "sh -c cat; echo went wrong",
        "exited with status 3",
        "error output: went wrong");
    assertFails(
        numbers.pipe("no-such-command-here x"), "no-such-command-here", "cannot be started");
    assertFails(numbers.pipe(shell("cat >/dev/null; seq 1 100000 >&2; exit 1")), "99999\n100000");
  }

  @Test
  void passesOnTheFailureOfTheRecordsBefore() {
    assertThatThrownBy(() -> numbers.map(i -> 1 / (i - 3)).pipe("cat").collect())
        .hasRootCauseInstanceOf(ArithmeticException.class);
  }

  @Test
  void refusesWhatCannotBeRun() {
    for (Runnable use :
        List.<Runnable>of(
            () -> numbers.pipe(" "),
            () -> numbers.pipe(List.of()),
            () -> numbers.pipe(List.of("cat"), Map.of(), false, 0),
            () -> numbers.pipe(List.of("cat"), Map.of(), false, 10, "no-such-charset"))) {
      assertThatThrownBy(use::run)
          .isInstanceOfSatisfying(
              MillraceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ILLEGAL_USE));
    }
  }
}
