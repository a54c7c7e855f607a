package org.millrace.am.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.files.FakeDurableFiles;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.log.EpochClaim;
import org.millrace.checkpoint.log.Epochs;
import org.millrace.checkpoint.log.EventLog;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;

class EventJournalTest {
  private final SimulatedTime time = SimulatedTime.inOrder();
  private final FakeDurableFiles files = new FakeDurableFiles(time.blockingWork(), time);
  private final Loop loop = time.loop("driver");
  private final List<MillraceException> failures = new ArrayList<>();
  private final List<String> ran = new ArrayList<>();

  private EventJournal journal() {
    CompletableFuture<EpochClaim> claim = new Epochs(files, "/log").claim("application_1_0001", 1);
    time.runUntilIdle();
    EventJournal journal = new EventJournal(loop);
    journal.open(
        EventLog.start(files, loop, time, claim.join(), 0, EventLog.OPTIONS, failures::add));
    return journal;
  }

  @Test
  void actionsThatWaitForTheSameRecordRunInTheOrderInWhichTheyWereGiven() {
    EventJournal journal = journal();
    loop.execute(
        () -> {
          journal.append(new DriverEvent.OutputPublished(1));
          journal.whenDurable(() -> ran.add("first"));
          journal.whenDurable(() -> ran.add("second"));
          journal.whenDurable(() -> ran.add("third"));
        });
    time.runUntilIdle();

    assertThat(ran).containsExactly("first", "second", "third");
    assertThat(failures).isEmpty();
  }

  @Test
  void actionWaitsUntilAllThatWasAppendedBeforeItIsDurable() {
    EventJournal journal = journal();
    loop.execute(
        () -> {
          journal.append(new DriverEvent.OutputPublished(1));
          journal.whenDurable(() -> ran.add("one"));
          assertThat(ran).isEmpty();
          journal.append(new DriverEvent.OutputPublished(2));
          journal.whenDurable(() -> ran.add("two"));
        });
    time.runUntilIdle();

    assertThat(ran).containsExactly("one", "two");
    assertThat(failures).isEmpty();
  }

  @Test
  void afterTheLossPartsStillAgreeAndNoActionRuns() {
    EventJournal journal = journal();
    List<DriverEvent> replayed = new ArrayList<>();
    journal.addState(replayed::add);
    loop.execute(
        () -> {
          journal.append(new DriverEvent.OutputPublished(1));
          journal.whenDurable(() -> ran.add("one"));
          files.failFlushes(path -> true);
        });
    time.advance(EventLog.OPTIONS.stallTimeout().toMillis());
    assertThat(failures).hasSize(1);

    loop.execute(
        () -> {
          journal.onLost();
          journal.append(new DriverEvent.OutputPublished(2));
          journal.whenDurable(() -> ran.add("two"));
        });
    time.runUntilIdle();

    assertThat(replayed).hasSize(2);
    assertThat(ran).isEmpty();
  }

  /** A snapshot of state that becomes durable last may still want to release input. */
  @Test
  void whatComesBehindTheLastEventIsNeitherLoggedNorActedOn() {
    EventJournal journal = journal();
    List<DriverEvent> replayed = new ArrayList<>();
    journal.addState(replayed::add);
    List<CompletableFuture<Void>> closed = new ArrayList<>();
    loop.execute(
        () -> {
          journal.append(new DriverEvent.OutputPublished(1));
          journal.whenDurable(
              () -> {
                ran.add("one");
                journal.append(new DriverEvent.InputReleased(1));
                journal.whenDurable(() -> ran.add("two"));
              });
          journal.append(new DriverEvent.ApplicationStopped("closed"));
          closed.add(journal.close());
        });
    time.runUntilIdle();

    assertThat(closed.get(0)).isCompleted();
    assertThat(ran).containsExactly("one");
    assertThat(replayed).hasSize(2);
    assertThat(failures).isEmpty();
  }
}
