package org.example.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaReceiverInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.receiver.Receiver;
import scala.Tuple2;

/** Counts words that a receiver of its own brings. Arguments: host, port. */
public class CustomReceiver extends Receiver<String> {
  private static final Pattern SPACE = Pattern.compile(" ");

  private final String host;
  private final int port;

  public CustomReceiver(String host, int port) {
    super(StorageLevel.MEMORY_AND_DISK_2());
    this.host = host;
    this.port = port;
  }

  @Override
  public void onStart() {
    new Thread(this::receive).start();
  }

  @Override
  public void onStop() {
    // The thread looks at isStopped.
  }

  private void receive() {
    try (Socket socket = new Socket(host, port);
        BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      String line = reader.readLine();
      while (!isStopped() && line != null) {
        store(line);
        line = reader.readLine();
      }
      restart("the server has closed; connecting again");
    } catch (ConnectException e) {
      restart("nobody is there", e);
    } catch (IOException e) {
      restart("cannot read", e);
    }
  }

  public static void main(String[] args) throws Exception {
    SparkConf conf = new SparkConf().setAppName("custom receiver");
    JavaStreamingContext context = new JavaStreamingContext(conf, new Duration(1000));
    JavaReceiverInputDStream<String> lines =
        context.receiverStream(new CustomReceiver(args[0], Integer.parseInt(args[1])));
    JavaDStream<String> words = lines.flatMap(line -> Arrays.asList(SPACE.split(line)).iterator());
    JavaPairDStream<String, Integer> counts =
        words.mapToPair(word -> new Tuple2<>(word, 1)).reduceByKey((a, b) -> a + b);
    counts.print();
    context.start();
    context.awaitTermination();
  }
}
