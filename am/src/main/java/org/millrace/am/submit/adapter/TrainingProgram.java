package org.millrace.am.submit.adapter;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.millrace.api.RDD;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;

/** A word count of a few batches in this process, and one connection over loopback. */
final class TrainingProgram {
  private static final int BATCHES = 5;
  private static final long BATCH_MS = 50;
  private static final long DEADLINE_SECONDS = 120;

  private TrainingProgram() {}

  static void run() throws InterruptedException {
    StreamingConf conf =
        new StreamingConf(false).setMaster("local[2]").setAppName("class data archive");
    CountDownLatch batches = new CountDownLatch(BATCHES);
    try (StreamingContext context = new StreamingContext(conf, Durations.milliseconds(BATCH_MS))) {
      Queue<RDD<String>> lines = new ArrayDeque<>();
      for (int i = 0; i < BATCHES; i++) {
        lines.add(context.sparkContext().parallelize(List.of("to be or not to be", "that is")));
      }
      context
          .queueStream(lines)
          .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
          .mapToPair(word -> new Tuple2<>(word, 1))
          .reduceByKey(Integer::sum)
          .foreachRDD(
              counts -> {
                counts.collect();
                batches.countDown();
              });
      context.start();
      if (!batches.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no batches within " + DEADLINE_SECONDS + " s");
      }
    }
  }

  static void connect() throws InterruptedException, ExecutionException, TimeoutException {
    Credential credential = Credential.of(new byte[32]);
    Silent handler = new Silent();
    try (NettyTransport server = new NettyTransport(credential, NettySettings.DEFAULT);
        NettyTransport client = new NettyTransport(credential, NettySettings.DEFAULT)) {
      Address address = server.listen(new Address("127.0.0.1", 0), handler);
      CompletableFuture<Connection> connected = client.connect(address, "training", handler);
      connected.get(DEADLINE_SECONDS, TimeUnit.SECONDS).close();
    }
  }

  /** Expects nothing. */
  private static final class Silent implements FrameHandler {
    @Override
    public void onFrame(Connection connection, Frame frame) {
      throw new IllegalStateException("nobody sends anything");
    }

    @Override
    public void onClosed(Connection connection, Optional<Throwable> cause) {
      // The end of the connection is the end of the exercise.
    }
  }
}
