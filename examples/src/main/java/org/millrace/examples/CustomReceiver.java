package org.millrace.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.millrace.api.StorageLevels;
import org.millrace.api.StreamingConf;
import org.millrace.api.Tuple2;
import org.millrace.api.streaming.DStream;
import org.millrace.api.streaming.Durations;
import org.millrace.api.streaming.PairDStream;
import org.millrace.api.streaming.ReceiverInputDStream;
import org.millrace.api.streaming.StreamingContext;
import org.millrace.api.streaming.receiver.Receiver;

/**
 * Counts the words of the lines that a TCP server sends, read by a receiver written here.
 *
 * <p>Arguments: host and port. To try it, run {@code nc -lk 9999} and give {@code localhost 9999}.
 */
public final class CustomReceiver extends Receiver<String> {
  private static final long serialVersionUID = 1L;
  private static final Pattern SPACE = Pattern.compile(" ");

  private final String host;
  private final int port;

  private transient Socket socket;

  CustomReceiver(String host, int port) {
    super(StorageLevels.MEMORY_AND_DISK_2);
    this.host = host;
    this.port = port;
  }

  /** Runs until it is stopped. */
  public static void main(String[] args) throws Exception {
    Arguments.require(args, "custom-receiver", "<hostname>", "<port>");
    String host = args[0];
    int port = Arguments.port(args[1]);

    StreamingConf conf = new StreamingConf().setAppName("CustomReceiver");
    StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));

    // Create an input stream with the custom receiver on host:port and count the words in it
    ReceiverInputDStream<String> lines = ssc.receiverStream(new CustomReceiver(host, port));
    DStream<String> words = lines.flatMap(x -> Arrays.asList(SPACE.split(x)).iterator());
    PairDStream<String, Integer> wordCounts =
        words.mapToPair(s -> new Tuple2<>(s, 1)).reduceByKey((i1, i2) -> i1 + i2);

    wordCounts.print();
    ssc.start();
    ssc.awaitTermination();
  }

  // ============= Receiver code that receives data over a socket ==============

  @Override
  public void onStart() {
    // Start the thread that receives data over a connection
    socket = new Socket();
    Socket connection = socket;
    Thread thread = new Thread(() -> receive(connection), "custom receiver");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void onStop() {
    // Closing the socket ends the thread, which may be waiting for data
    try {
      socket.close();
    } catch (IOException e) {
      reportError("closing the connection failed", e);
    }
  }

  /** Connects and receives data until the receiver is stopped or the connection ends. */
  private void receive(Socket connection) {
    try (connection) {
      connection.connect(new InetSocketAddress(host, port));
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
      String userInput = reader.readLine();
      // Until stopped or connection broken continue reading
      while (!isStopped() && userInput != null) {
        store(userInput);
        userInput = reader.readLine();
      }
      // Restart in an attempt to connect again when the server is active again
      restart("Trying to connect again");
    } catch (ConnectException e) {
      // Restart if the server cannot be reached
      restart("Could not connect to " + host + ":" + port, e);
    } catch (Throwable t) {
      // Restart if there is any other error
      restart("Error receiving data", t);
    }
  }
}
