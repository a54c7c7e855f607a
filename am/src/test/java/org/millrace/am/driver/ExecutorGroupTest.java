package org.millrace.am.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.millrace.am.driver.ExecutorRegistry.RegistrySettings;
import org.millrace.am.log.Journal;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.log.DriverEvent;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.checkpoint.runtime.SimulatedTime;
import org.millrace.runner.conf.Settings;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.proto.Envelope;
import org.millrace.runner.wire.proto.FetchBroadcast;

class ExecutorGroupTest {
  private final SimulatedTime time = SimulatedTime.inOrder();
  private final Loop loop = time.loop("driver");
  private final List<MillraceException> failures = new ArrayList<>();
  private final ExecutorGroup group =
      new ExecutorGroup(
          new RegistrySettings(1, Map.of(), 5_000),
          Settings.resolve(Map.of(), Map.of()),
          new ClosedJournal(),
          loop,
          time,
          failures::add);

  @Test
  void takesNoMessageOfAnExecutorOnceTheLogCloses() {
    loop.execute(() -> group.close("the program closed its context"));
    // Without the driver's broadcasts it could not be answered.
    Frame late =
        Frame.of(
            Envelope.newBuilder()
                .setEpoch(1)
                .setFetchBroadcast(FetchBroadcast.getDefaultInstance())
                .build());
    loop.execute(() -> group.onMessage(1, late));

    assertThatCode(time::runUntilIdle).doesNotThrowAnyException();
    assertThat(failures).isEmpty();
  }

  private static final class ClosedJournal implements Journal {
    @Override
    public void append(DriverEvent event) {
      throw new IllegalStateException("the log is closed, but got " + event);
    }

    @Override
    public void whenDurable(Runnable action) {
      throw new IllegalStateException("the log is closed");
    }
  }
}
