package org.millrace.checkpoint.runtime.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.runtime.Loop;

@Timeout(400)
class ThreadLoopTest {

  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();
  private final ThreadLoop loop =
      ThreadLoop.start("test-loop", (where, fault) -> fatal.complete(fault));

  @AfterEach
  void close() {
    loop.close();
  }

  @Test
  void runsCommandsOfEachProducerInTheirOrder() throws Exception {
    int producers = 4;
    int commands = 20_000;
    List<List<Integer>> seen = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(producers * commands);
    for (int p = 0; p < producers; p++) {
      List<Integer> mine = new ArrayList<>();
      seen.add(mine);
      new Thread(
              () -> {
                for (int i = 0; i < commands; i++) {
                  int number = i;
                  loop.execute(
                      () -> {
                        mine.add(number);
                        done.countDown();
                      });
                }
              })
          .start();
    }
    assertThat(done.await(5, TimeUnit.MINUTES)).isTrue();
    List<Integer> expected = IntStream.range(0, commands).boxed().toList();
    assertThat(seen).allSatisfy(mine -> assertThat(mine).isEqualTo(expected));
  }

  @Test
  void wakesUpFromItsParkForACommand() throws Exception {
    for (int i = 0; i < 200; i++) {
      CompletableFuture<Boolean> ran = new CompletableFuture<>();
      loop.execute(() -> ran.complete(loop.inLoop()));
      assertThat(ran.get(2, TimeUnit.MINUTES)).isTrue();
    }
    assertThat(loop.inLoop()).isFalse();
  }

  /** Two loops that answer each other park and wake up all the time. */
  @Test
  void losesNoWakeUpWhileItParks() throws Exception {
    try (ThreadLoop other = ThreadLoop.start("other", (where, fault) -> fatal.complete(fault))) {
      AtomicInteger roundTrips = new AtomicInteger();
      CompletableFuture<Void> done = new CompletableFuture<>();
      Runnable[] roundTrip = new Runnable[1];
      roundTrip[0] =
          () -> {
            if (roundTrips.incrementAndGet() == 100_000) {
              done.complete(null);
            } else {
              other.execute(() -> loop.execute(roundTrip[0]));
            }
          };
      loop.execute(roundTrip[0]);
      done.get(5, TimeUnit.MINUTES);
    }
  }

  @Test
  void firesTimersInTheOrderOfTheirTimes() throws Exception {
    List<String> fired = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    loop.execute(
        () -> {
          loop.schedule(60, () -> last.complete(null));
          loop.schedule(40, () -> fired.add("forty"));
          loop.schedule(20, () -> fired.add("twenty"));
          loop.schedule(20, () -> fired.add("twenty, later"));
          loop.schedule(0, () -> fired.add("at once"));
        });
    last.get(2, TimeUnit.MINUTES);
    assertThat(fired).containsExactly("at once", "twenty", "twenty, later", "forty");
  }

  @Test
  void neverRunsACancelledTimer() throws Exception {
    List<String> fired = new ArrayList<>();
    CompletableFuture<Void> last = new CompletableFuture<>();
    loop.execute(
        () -> {
          Loop.Timer timer = loop.schedule(5, () -> fired.add("cancelled"));
          loop.schedule(30, () -> last.complete(null));
          timer.cancel();
          timer.cancel();
        });
    last.get(2, TimeUnit.MINUTES);
    assertThat(fired).isEmpty();
  }

  @Test
  void drainsAcceptedCommandsAndTheirFollowUpsBeforeItCloses() {
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int number = i;
      loop.execute(
          () -> {
            ran.add(number);
            if (number == 999) {
              loop.execute(() -> ran.add(1_000));
            }
          });
    }
    loop.close();
    assertThat(ran).isEqualTo(IntStream.rangeClosed(0, 1_000).boxed().toList());
  }

  @Test
  void refusesCommandsWhenClosed() {
    loop.close();
    assertThatThrownBy(() -> loop.execute(() -> {}))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("test-loop");
    assertThatThrownBy(() -> loop.schedule(10, () -> {})).isInstanceOf(MillraceException.class);
  }

  @Test
  void reportsAThrowingCommandAndStops() throws Exception {
    IllegalStateException fault = new IllegalStateException("broken");
    CompletableFuture<Void> behind = new CompletableFuture<>();
    CountDownLatch queued = new CountDownLatch(1);
    loop.execute(
        () -> {
          loop.execute(() -> behind.complete(null));
          queued.countDown();
          throw fault;
        });
    assertThat(queued.await(2, TimeUnit.MINUTES)).isTrue();
    assertThat(fatal.get(2, TimeUnit.MINUTES)).isSameAs(fault);
    loop.close();
    assertThat(behind).isNotDone();
  }
}
