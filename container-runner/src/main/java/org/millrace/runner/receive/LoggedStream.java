package org.millrace.runner.receive;

import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.block.BlockStore;
import org.millrace.runner.block.StoredBlock;

/**
 * The blocks of one stream on their way into the log; its mark follows what is flushed. Owned by
 * the control loop.
 */
final class LoggedStream {
  private final String directory;
  private final ReceivedBlockLog log;
  private final BlockStore store;
  private final SafeMark mark;
  private final Loop loop;
  private long stored;
  private long storedRecords;

  LoggedStream(String directory, ReceivedBlockLog log, BlockStore store, SafeMark mark, Loop loop) {
    this.directory = directory;
    this.log = log;
    this.store = store;
    this.mark = mark;
    this.loop = loop;
  }

  /** Of its log. */
  String directory() {
    return directory;
  }

  void onStored(StoredBlock block) {
    stored++;
    storedRecords += block.recordCount();
    long until = stored;
    long untilRecords = storedRecords;
    // A failure is one of the log and told by it.
    Answers.post(
        log.append(block),
        loop,
        (place, failure) -> {
          if (failure == null) {
            store.onLogged(block.id(), place);
            mark.moveTo(until, untilRecords);
          }
        });
  }
}
