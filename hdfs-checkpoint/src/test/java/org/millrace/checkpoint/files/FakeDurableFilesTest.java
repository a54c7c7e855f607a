package org.millrace.checkpoint.files;

import org.junit.jupiter.api.AfterEach;
import org.millrace.checkpoint.runtime.adapter.SystemClock;
import org.millrace.checkpoint.runtime.adapter.ThreadPoolWork;

class FakeDurableFilesTest extends DurableFilesConformance {

  private final ThreadPoolWork work = new ThreadPoolWork("test", 4);
  private final FakeDurableFiles files = new FakeDurableFiles(work, new SystemClock());

  @AfterEach
  void close() {
    work.close();
  }

  @Override
  protected DurableFiles files() {
    return files;
  }

  @Override
  protected DurableFiles filesOfAnotherProcess() {
    return files;
  }

  @Override
  protected String newDirectory() {
    return "/test";
  }
}
