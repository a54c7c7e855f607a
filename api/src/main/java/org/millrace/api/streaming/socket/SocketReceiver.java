package org.millrace.api.streaming.socket;

import java.io.InputStream;
import java.util.Objects;
import org.millrace.api.function.Function;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.receiver.Receiver;

/** Stores the records that a function reads from a TCP connection. */
final class SocketReceiver<T> extends Receiver<T> {
  private static final long serialVersionUID = 1L;

  private final Endpoint endpoint;
  private final Function<InputStream, Iterable<T>> converter;

  private transient SocketReading reading;

  SocketReceiver(
      Endpoint endpoint, Function<InputStream, Iterable<T>> converter, StorageLevel storageLevel) {
    super(storageLevel);
    this.endpoint = endpoint;
    this.converter = Objects.requireNonNull(converter, "converter");
  }

  @Override
  public void onStart() {
    reading = SocketReading.start(this, endpoint, this::readAll);
  }

  private void readAll(InputStream in) throws Exception {
    for (T record : converter.call(in)) {
      if (isStopped()) {
        return;
      }
      store(record);
    }
  }

  @Override
  public void onStop() {
    if (reading != null) {
      reading.end();
    }
  }
}
