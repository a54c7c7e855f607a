package org.millrace.am.local.adapter;

import org.millrace.api.StreamingConf;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Duration;
import org.millrace.api.streaming.StreamingContext;

/** A program that a test kills: copies lines of new files, and those of the last four batches. */
public final class KilledProgram {
  static final long INTERVAL_MS = 50;
  static final int WINDOW = 4;

  private KilledProgram() {}

  /** Argument: a folder with a directory {@code in}. Ends in order when its input is closed. */
  public static void main(String[] args) throws Exception {
    StreamingContext context =
        StreamingContext.getOrCreate(
            "file:" + args[0] + "/checkpoint", () -> define("file:" + args[0]));
    context.start();
    System.out.println("started");
    // The parent closes the pipe when all is read.
    while (System.in.read() >= 0) {
      continue;
    }
    context.stop(true, true);
  }

  private static StreamingContext define(String folder) {
    StreamingContext context =
        new StreamingContext(
            new StreamingConf()
                .setMaster("local[2]")
                .setAppName("killed")
                .set("millrace.files.maxPerBatch", "1"),
            new Duration(INTERVAL_MS));
    DStream<String> lines = context.textFileStream(folder + "/in");
    lines.saveAsTextFiles(folder + "/records", "");
    lines.window(new Duration(WINDOW * INTERVAL_MS)).saveAsTextFiles(folder + "/windows", "");
    return context;
  }
}
