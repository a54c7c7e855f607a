package org.millrace.am.local.adapter;

import java.util.ArrayList;
import java.util.List;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.receiver.Receiver;

/** A program that a test terminates while its records are stored and in no batch yet. */
public final class TerminatedProgram {
  static final int RECORDS = 100;

  private TerminatedProgram() {}

  /** Arguments: a folder, and the batch interval in ms. */
  public static void main(String[] args) throws Exception {
    StreamingContext context =
        new StreamingContext(
            new StreamingConf().setMaster("local[2]").setAppName("terminated"),
            new Duration(Long.parseLong(args[1])));
    context.receiverStream(new Once()).saveAsTextFiles("file:" + args[0] + "/records", "");
    context.start();
    context.awaitTermination();
  }

  /** Stores all it has as one block. */
  private static final class Once extends Receiver<String> {
    private static final long serialVersionUID = 1;

    Once() {
      super(StorageLevels.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      Thread storing =
          new Thread(
              () -> {
                List<String> records = new ArrayList<>();
                for (int i = 0; i < RECORDS; i++) {
                  records.add("record " + i);
                }
                store(records.iterator());
                System.out.println("stored");
              },
              "storing");
      storing.setDaemon(true);
      storing.start();
    }

    @Override
    public void onStop() {
      // Its thread has ended.
    }
  }
}
