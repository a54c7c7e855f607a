package org.millrace.api.fake;

import org.millrace.api.StreamingConf;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.EngineProvider;

/** Opens a {@link FakeEngine} for the masters {@code fake[n]}. */
public final class FakeEngineProvider implements EngineProvider {
  private static final String PREFIX = "fake[";

  @Override
  public boolean accepts(String master) {
    return master.startsWith(PREFIX) && master.endsWith("]");
  }

  @Override
  public Engine open(StreamingConf conf) {
    String master = conf.get(StreamingConf.MASTER);
    return new FakeEngine(Integer.parseInt(master.substring(PREFIX.length(), master.length() - 1)));
  }
}
