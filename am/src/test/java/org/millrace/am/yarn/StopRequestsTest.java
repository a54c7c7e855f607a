package org.millrace.am.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.millrace.api.spi.StopMode;

class StopRequestsTest {
  private final List<StopMode> stops = new ArrayList<>();
  private final StopRequests requests = new StopRequests(Runnable::run);

  @Test
  void drainsAtTheFirstSignalAndStopsNowAtTheSecond() {
    requests.deliverTo(stops::add);
    assertThat(requests.isRequested()).isFalse();
    requests.onSignal();
    requests.onSignal();
    assertThat(stops).containsExactly(StopMode.GRACEFUL, StopMode.NOW);
    assertThat(requests.isRequested()).isTrue();
  }

  @Test
  void keepsASignalUntilStreamingHasStarted() {
    requests.onSignal();
    assertThat(stops).isEmpty();
    requests.deliverTo(stops::add);
    assertThat(stops).containsExactly(StopMode.GRACEFUL);
  }
}
