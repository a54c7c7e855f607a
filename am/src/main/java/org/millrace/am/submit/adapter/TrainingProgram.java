package org.millrace.am.submit.adapter;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.millrace.api.Optional;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.function.Function3;
import org.millrace.api.storage.StorageLevel;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.State;
import org.millrace.api.streaming.StateSpec;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.receiver.Receiver;
import org.millrace.api.streaming.receiver.SourcePosition;
import org.millrace.runner.wire.Address;
import org.millrace.runner.wire.Connection;
import org.millrace.runner.wire.Credential;
import org.millrace.runner.wire.Frame;
import org.millrace.runner.wire.FrameHandler;
import org.millrace.runner.wire.adapter.NettySettings;
import org.millrace.runner.wire.adapter.NettyTransport;

/**
 * A word count that is stopped and goes on from its checkpoint, in this process, and one connection
 * over loopback.
 */
final class TrainingProgram {
  private static final int BATCHES = 12;
  private static final long BATCH_MS = 50;
  private static final long DEADLINE_SECONDS = 120;

  private TrainingProgram() {}

  /**
   * Begins, and goes on.
   *
   * @param directory for its files
   */
  static void run(Path directory) throws InterruptedException {
    begin(directory);
    begin(directory);
  }

  private static void begin(Path directory) throws InterruptedException {
    String checkpoint = directory.resolve("checkpoint").toUri().toString();
    String outputs = directory.resolve("out").toUri().toString();
    CountDownLatch batches = new CountDownLatch(BATCHES);
    try (StreamingContext context =
        StreamingContext.getOrCreate(checkpoint, () -> define(checkpoint, outputs, batches))) {
      context.start();
      if (!batches.await(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("no batches within " + DEADLINE_SECONDS + " s");
      }
    }
  }

  private static StreamingContext define(
      String checkpoint, String outputs, CountDownLatch batches) {
    StreamingConf conf =
        new StreamingConf(false)
            .setMaster("local[2]")
            .setAppName("class data archive")
            .set("millrace.checkpoint.interval", "100ms");
    StreamingContext context = new StreamingContext(conf, Durations.milliseconds(BATCH_MS));
    context.checkpoint(checkpoint);
    Function3<String, Optional<Integer>, State<Integer>, Tuple2<String, Integer>> sum =
        (word, one, state) -> {
          state.update(one.orElse(0) + (state.exists() ? state.get() : 0));
          return new Tuple2<>(word, state.get());
        };
    PairDStream<String, Integer> words =
        context
            .receiverStream(new Lines())
            .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
            .mapToPair(word -> new Tuple2<>(word, 1));
    words.mapWithState(StateSpec.function(sum)).saveAsTextFiles(outputs, "");
    words
        .reduceByKey(Integer::sum)
        .foreachRDD(
            counts -> {
              counts.collect();
              batches.countDown();
            });
    return context;
  }

  /** The same lines again and again, each time when those before are safe. */
  private static final class Lines extends Receiver<String> {
    private static final long serialVersionUID = 1L;
    private static final String SOURCE = "training";

    private Lines() {
      super(StorageLevel.MEMORY_ONLY);
    }

    @Override
    public void onStart() {
      Thread storing = new Thread(this::storeLines, SOURCE);
      storing.setDaemon(true);
      storing.start();
    }

    private void storeLines() {
      Optional<SourcePosition> last = lastPosition(SOURCE);
      long next = last.isPresent() ? last.get().offset() : 0;
      while (!isStopped()) {
        store(List.of("to be or not to be", "that is"), SourcePosition.of(SOURCE, ++next));
      }
    }

    @Override
    public void onStop() {
      // It sees that it is stopped.
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
    public void onClosed(Connection connection, java.util.Optional<Throwable> cause) {
      // The end of the connection is the end of the exercise.
    }
  }
}
