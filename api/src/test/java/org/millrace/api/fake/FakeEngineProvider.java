package org.millrace.api.fake;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.millrace.api.StreamingConf;
import org.millrace.api.spi.Engine;
import org.millrace.api.spi.EngineProvider;

/**
 * Opens a {@link FakeEngine} for the masters {@code fake[n]}, and hands it to a test that waits for
 * what a program opens.
 */
public final class FakeEngineProvider implements EngineProvider {
  private static final String PREFIX = "fake[";

  private static final BlockingQueue<FakeEngine> OPENED = new LinkedBlockingQueue<>();

  /** The next engine that a program opened; null when none was opened in time. */
  public static FakeEngine awaitOpened(long timeoutMs) throws InterruptedException {
    return OPENED.poll(timeoutMs, TimeUnit.MILLISECONDS);
  }

  /** Forgets the engines that no test has asked for. */
  public static void forgetOpened() {
    OPENED.clear();
  }

  @Override
  public boolean accepts(String master) {
    return master.startsWith(PREFIX) && master.endsWith("]");
  }

  @Override
  public Engine open(StreamingConf conf) {
    String master = conf.get(StreamingConf.MASTER);
    FakeEngine engine =
        new FakeEngine(Integer.parseInt(master.substring(PREFIX.length(), master.length() - 1)));
    OPENED.add(engine);
    return engine;
  }
}
