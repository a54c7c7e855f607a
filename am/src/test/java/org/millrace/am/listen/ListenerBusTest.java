package org.millrace.am.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.millrace.api.streaming.scheduler.StreamingListener;
import org.millrace.api.streaming.scheduler.StreamingListenerStreamingStarted;
import org.millrace.checkpoint.runtime.SimulatedTime;

class ListenerBusTest {
  private final SimulatedTime time = SimulatedTime.shuffled(3);
  private final List<String> faults = new ArrayList<>();
  private final ListenerBus bus =
      new ListenerBus(time.blockingWork(), (where, fault) -> faults.add(where));
  private final List<String> told = new ArrayList<>();

  @Test
  void tellsEachListenerInTheOrderOfTheEvents() {
    bus.add(listener("a"));
    post(1);
    bus.add(listener("b"));
    post(2);
    post(3);
    assertThat(told).isEmpty();
    time.runUntilIdle();

    assertThat(told).containsExactly("a1", "a2", "b2", "a3", "b3");
  }

  @Test
  void tellsNothingToAListenerThatWasRemoved() {
    StreamingListener gone = listener("gone");
    bus.add(gone);
    post(1);
    bus.remove(gone);
    time.runUntilIdle();

    assertThat(told).isEmpty();
    assertThat(bus.isHeard()).isFalse();
  }

  @Test
  void aListenerThatThrowsIsReportedAndStaysAndOthersAreTold() {
    bus.add(
        new StreamingListener() {
          @Override
          public void onStreamingStarted(StreamingListenerStreamingStarted event) {
            told.add("broken" + event.time());
            throw new IllegalStateException("no disk");
          }
        });
    bus.add(listener("b"));
    post(1);
    post(2);
    time.runUntilIdle();

    assertThat(told).containsExactly("broken1", "b1", "broken2", "b2");
    assertThat(bus.problems()).hasSize(1);
    assertThat(bus.problems().get(0)).contains("no disk").contains("StreamingStarted");
    assertThat(faults).isEmpty();
  }

  @Test
  void dropsAndCountsWhatASlowListenerDoesNotTake() {
    bus.add(
        new StreamingListener() {
          @Override
          public void onStreamingStarted(StreamingListenerStreamingStarted event) {
            if (event.time() == 0) {
              for (int i = 1; i <= 10_010; i++) {
                post(i);
              }
            }
            told.add("slow" + event.time());
          }
        });
    post(0);
    time.runUntilIdle();

    assertThat(told).hasSize(10_001).startsWith("slow0", "slow1").endsWith("slow10000");
    assertThat(bus.problems()).hasSize(1);
    assertThat(bus.problems().get(0)).contains("is slow: 10 events");
  }

  @Test
  void isIdleWhenAllHasBeenTold() {
    bus.add(listener("a"));
    assertThat(bus.idle()).isCompleted();
    post(1);
    CompletableFuture<Void> idle = bus.idle();
    assertThat(idle).isNotDone();
    time.runUntilIdle();

    assertThat(idle).isCompleted();
    post(2);
    time.runUntilIdle();
    assertThat(told).containsExactly("a1", "a2");
  }

  private void post(long number) {
    bus.post(new StreamingListenerStreamingStarted(number));
  }

  private StreamingListener listener(String name) {
    return new StreamingListener() {
      @Override
      public void onStreamingStarted(StreamingListenerStreamingStarted event) {
        assertThat(bus.isTelling()).isTrue();
        told.add(name + event.time());
      }
    };
  }
}
