package org.millrace.runner.wire;

import java.util.Objects;

/** Where a {@link Transport} can be reached. */
public record Address(String host, int port) {
  public Address {
    Objects.requireNonNull(host, "host");
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port is " + port + ", expected 0 to 65535");
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
