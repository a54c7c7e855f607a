package org.millrace.api.streaming.socket;

import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.BlockFormat;
import org.millrace.api.streaming.receiver.Receiver;

/** Stores each frame of a TCP connection as a block of its own, as the bytes it arrives in. */
final class SocketFrameReceiver extends Receiver<String> {
  private static final long serialVersionUID = 1L;

  private final Endpoint endpoint;

  private transient SocketReading reading;

  SocketFrameReceiver(Endpoint endpoint, StorageLevel storageLevel) {
    super(storageLevel);
    this.endpoint = endpoint;
  }

  @Override
  protected BlockFormat blockFormat() {
    return BlockFormat.TEXT_LINES;
  }

  @Override
  public void onStart() {
    reading =
        SocketReading.start(
            this, endpoint, in -> new FrameCutter(this::store, endpoint.toString()).readAll(in));
  }

  @Override
  public void onStop() {
    if (reading != null) {
      reading.end();
    }
  }
}
