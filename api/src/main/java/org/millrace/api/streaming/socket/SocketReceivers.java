package org.millrace.api.streaming.socket;

import java.io.InputStream;
import org.millrace.api.function.Function;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.Receiver;

/** Makes the receivers of socket streams. */
public final class SocketReceivers {
  private SocketReceivers() {}

  /** A receiver of lines of UTF-8 text. */
  public static Receiver<String> text(String host, int port, StorageLevel storageLevel) {
    return new SocketTextReceiver(new Endpoint(host, port), storageLevel);
  }

  /** A receiver of frames of lines, each stored as a block. */
  public static Receiver<String> frames(String host, int port, StorageLevel storageLevel) {
    return new SocketFrameReceiver(new Endpoint(host, port), storageLevel);
  }

  /** A receiver of the records that a function reads from the bytes. */
  public static <T> Receiver<T> decoded(
      String host,
      int port,
      Function<InputStream, Iterable<T>> converter,
      StorageLevel storageLevel) {
    return new SocketReceiver<>(new Endpoint(host, port), converter, storageLevel);
  }
}
