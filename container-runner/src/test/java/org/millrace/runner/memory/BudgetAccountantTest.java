package org.millrace.runner.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.millrace.api.error.MillraceException;
import org.millrace.runner.memory.MemoryAccountant.Use;
import org.millrace.runner.memory.MemoryShares.Share;

class BudgetAccountantTest {
  private final BudgetAccountant accountant =
      new BudgetAccountant(
          1000,
          new MemoryShares(
              Map.of(
                  Use.BLOCKS, new Share(0.3, 0.5),
                  Use.SHUFFLE, new Share(0.3, 0.9),
                  Use.STATE, new Share(0.1, 0.9),
                  Use.DATASETS, new Share(0, 0.9))));

  @Test
  void unprocessedInputNeverTakesMoreThanItsMaximum() {
    assertThat(accountant.tryReserve(Use.BLOCKS, 500)).isTrue();
    assertThat(accountant.tryReserve(Use.BLOCKS, 1)).isFalse();
    assertThat(accountant.maximumBytes(Use.BLOCKS)).isEqualTo(500);
  }

  @Test
  void whatIsGuaranteedToOthersIsNotLent() {
    assertThat(accountant.tryReserve(Use.SHUFFLE, 601)).isFalse();
    assertThat(accountant.tryReserve(Use.SHUFFLE, 600)).isTrue();
    assertThat(accountant.tryReserve(Use.BLOCKS, 301)).isFalse();
    assertThat(accountant.tryReserve(Use.BLOCKS, 300)).isTrue();
    assertThat(accountant.tryReserve(Use.STATE, 100)).isTrue();
    assertThat(accountant.usedBytes()).isEqualTo(1000);
  }

  @Test
  void aUseTakesItsGuaranteedPartAlthoughAnotherOverdrew() {
    accountant.overdraw(Use.SHUFFLE, 2000);
    assertThat(accountant.tryReserve(Use.BLOCKS, 300)).isTrue();
    assertThat(accountant.tryReserve(Use.BLOCKS, 1)).isFalse();
    accountant.release(Use.SHUFFLE, 2000);
    assertThat(accountant.tryReserve(Use.BLOCKS, 200)).isTrue();
  }

  @Test
  void whatIsLentIsAsGoodAsFree() {
    List<Long> wantedBack = new ArrayList<>();
    accountant.onWantedBack(
        wanted -> {
          wantedBack.add(wanted);
          accountant.giveBack(wanted);
        });
    assertThat(accountant.tryBorrow(901)).isFalse();
    assertThat(accountant.tryBorrow(900)).isTrue();
    assertThat(accountant.usedBytes()).isZero();
    assertThat(accountant.tryReserve(Use.BLOCKS, 500)).isTrue();
    accountant.overdraw(Use.STATE, 2000);
    assertThat(wantedBack).containsExactly(400L, 500L);
    assertThat(accountant.tryBorrow(1)).isFalse();
    assertThatThrownBy(() -> accountant.giveBack(1))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("given back twice");
  }

  @Test
  void aRefusalWantsNothingBack() {
    accountant.onWantedBack(
        wanted -> {
          throw new AssertionError("wants " + wanted);
        });
    assertThat(accountant.tryBorrow(900)).isTrue();
    assertThat(accountant.tryReserve(Use.BLOCKS, 501)).isFalse();
    assertThat(accountant.tryReserve(Use.BLOCKS, 100)).isTrue();
  }

  @Test
  void wakesInTheOrderOfRegistrationAndOnlyAsLongAsThereIsRoom() {
    List<String> order = new ArrayList<>();
    assertThat(accountant.tryReserve(Use.BLOCKS, 500)).isTrue();
    for (String name : List.of("a", "b", "c")) {
      assertThat(accountant.tryReserve(Use.BLOCKS, 100)).isFalse();
      accountant.onAvailable(
          Use.BLOCKS,
          () -> {
            order.add(name);
            assertThat(accountant.tryReserve(Use.BLOCKS, 100)).isTrue();
          });
    }
    accountant.release(Use.BLOCKS, 200);
    assertThat(order).containsExactly("a", "b");
    accountant.release(Use.BLOCKS, 100);
    assertThat(order).containsExactly("a", "b", "c");
  }

  @Test
  void aReleaseOfAnotherUseWakesToo() {
    accountant.overdraw(Use.SHUFFLE, 700);
    assertThat(accountant.tryReserve(Use.BLOCKS, 400)).isFalse();
    List<String> woken = new ArrayList<>();
    accountant.onAvailable(Use.BLOCKS, () -> woken.add("blocks"));
    accountant.release(Use.SHUFFLE, 700);
    assertThat(woken).containsExactly("blocks");
  }

  @Test
  void aReleaseBetweenRefusalAndRegistrationIsNotLost() {
    assertThat(accountant.tryReserve(Use.BLOCKS, 500)).isTrue();
    assertThat(accountant.tryReserve(Use.BLOCKS, 100)).isFalse();
    accountant.release(Use.BLOCKS, 100);
    List<String> woken = new ArrayList<>();
    accountant.onAvailable(Use.BLOCKS, () -> woken.add("now"));
    assertThat(woken).containsExactly("now");
  }

  @Test
  void oneThatIsRefusedAgainWaitsForTheNextRelease() {
    assertThat(accountant.tryReserve(Use.BLOCKS, 500)).isTrue();
    AtomicLong attempts = new AtomicLong();
    Runnable attempt =
        new Runnable() {
          @Override
          public void run() {
            attempts.incrementAndGet();
            if (!accountant.tryReserve(Use.BLOCKS, 300)) {
              accountant.onAvailable(Use.BLOCKS, this);
            }
          }
        };
    attempt.run();
    accountant.release(Use.BLOCKS, 100);
    accountant.release(Use.BLOCKS, 100);
    assertThat(attempts).hasValue(3);
    accountant.release(Use.BLOCKS, 100);
    assertThat(attempts).hasValue(4);
    assertThat(accountant.usedBytes(Use.BLOCKS)).isEqualTo(500);
  }

  @Test
  void refusesToReleaseWhatIsNotReserved() {
    assertThatThrownBy(() -> accountant.release(Use.STATE, 1))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("released twice");
  }

  @Test
  void aSmallHeapGetsABudgetThatLeavesRoom() {
    long megabyte = 1 << 20;
    assertThat(BudgetAccountant.limitForHeap(256 * megabyte))
        .isBetween(96 * megabyte, 160 * megabyte);
    assertThat(BudgetAccountant.limitForHeap(32 * megabyte)).isEqualTo(16 * megabyte);
  }

  @Test
  void countsAndBoundsHoldUnderThreads() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(Use.values().length);
    AtomicLong overLimit = new AtomicLong();
    for (Use use : Use.values()) {
      Thread thread =
          new Thread(
              () -> {
                SplittableRandom random = new SplittableRandom(use.ordinal());
                for (int i = 0; i < 100_000; i++) {
                  long bytes = random.nextInt(200);
                  if (accountant.tryReserve(use, bytes)) {
                    if (accountant.usedBytes() > accountant.limitBytes()) {
                      overLimit.incrementAndGet();
                    }
                    accountant.release(use, bytes);
                  }
                }
                done.countDown();
              });
      thread.start();
    }
    assertThat(done.await(2, TimeUnit.MINUTES)).isTrue();
    assertThat(overLimit).hasValue(0);
    assertThat(accountant.usedBytes()).isZero();
  }
}
