package org.millrace.runner.wire.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.millrace.api.error.ErrorCode;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.Payload;
import org.millrace.runner.wire.Transport;
import org.millrace.runner.wire.TransportContract;

class InProcessTransportTest extends TransportContract {
  private final InProcessNetwork network = new InProcessNetwork();

  @Override
  protected Transport newTransport() {
    return network.newTransport();
  }

  @Test
  void handsTheVeryObjectOver() throws Exception {
    Connection connection = connect(served);
    Object payload = new Object();

    connection.send(Frame.byReference(pingEnvelope(1), payload));

    assertThat(connection.byReference()).isTrue();
    assertThat(served.next().frame().payload())
        .isInstanceOfSatisfying(
            Payload.Reference.class, r -> assertThat(r.object()).isSameAs(payload));
  }

  @Test
  void deliversOnTheSendersThread() throws Exception {
    Connection connection = connect(served);

    connection.send(ping(1));

    assertThat(served.isEmpty()).isFalse();
  }

  @Test
  void twoNetworksDoNotMeet() throws Exception {
    var address = network.newTransport().listen(new Address("local", 0), served);

    assertThat(codeOf(new InProcessNetwork().newTransport().connect(address, "driver", heard)))
        .isEqualTo(ErrorCode.CONNECTION_FAILED);
  }
}
