package org.millrace.benchmarks.workload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Generated records as bytes, read cyclically: record i of the input is record i modulo {@link
 * #size()} of the pool. Made from a seed, the same everywhere, ASCII. Thread-safe once made.
 *
 * <p>Text lines have 11.79 words and 96.1 bytes on average (97.1 with a line end), words Zipf(1)
 * over 100,000. Key-values are {@code u0123456,7}, uniform over 1,000,000 keys, values 1 to 9. Ads
 * are JSON events of 241 bytes on average, 1,000 ads of 100 campaigns, a third views; their event
 * times follow from the record's number ({@link Ads#eventTimeMs}), not from the pool, so only
 * {@link RecordReader} has them right.
 */
public final class RecordPool {
  /** Lines in the pool of texts. */
  public static final int TEXT_RECORDS = 1 << 20;

  /** Lines in the pool where making it must not take long. */
  public static final int SMALL_RECORDS = 1 << 12;

  /** Records in the pool of key-values. */
  public static final int KEY_VALUE_RECORDS = 1 << 22;

  /** Events in the pool of ads. */
  public static final int ADS_RECORDS = 1 << 18;

  /** Keys of the key-values. */
  public static final int KEYS = 1_000_000;

  /** Different words. */
  public static final int WORDS = 100_000;

  /** What GREP looks for: a word of one in about a thousand lines. */
  public static final String NEEDLE = "millrace";

  /** Bytes that may be read behind the last record. */
  public static final int SLACK = 16;

  private static final double NEEDLE_SHARE = 0.001;
  private static final double FEWEST_WORDS = 7.79;
  private static final double SPREAD_OF_WORDS = 9;

  private final Scenario.Input input;
  private final byte[] bytes;
  private final int[] starts;
  private final int[] weights;

  private RecordPool(Scenario.Input input, byte[] bytes, int[] starts, int[] weights) {
    this.input = input;
    this.bytes = bytes;
    this.starts = starts;
    this.weights = weights;
  }

  /** Lines of words; the first ones are the same whatever the size. */
  public static RecordPool text(long seed, int size) {
    byte[][] words = words(seed);
    ZipfSampler zipf = new ZipfSampler(WORDS);
    SplittableRandom random = new SplittableRandom(ResultDigest.mix(seed + 1));
    Appender out = new Appender(size, 98);
    int[] weights = new int[size + 1];
    byte[] needle = NEEDLE.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < size; i++) {
      int count = (int) (FEWEST_WORDS + SPREAD_OF_WORDS * random.nextDouble());
      int needleAt = random.nextDouble() < NEEDLE_SHARE ? random.nextInt(count) : -1;
      for (int w = 0; w < count; w++) {
        if (w > 0) {
          out.append((byte) ' ');
        }
        out.append(w == needleAt ? needle : words[zipf.next(random)]);
      }
      out.end();
      weights[i + 1] = weights[i] + count;
    }
    return new RecordPool(Scenario.Input.TEXT, out.bytes(), out.starts(), weights);
  }

  /** Key-values; the first ones are the same whatever the size. */
  public static RecordPool keyValues(long seed, int size) {
    SplittableRandom random = new SplittableRandom(ResultDigest.mix(seed + 2));
    Appender out = new Appender(size, 10);
    int[] weights = new int[size + 1];
    byte[] record = "u0000000,0".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < size; i++) {
      int key = random.nextInt(KEYS);
      for (int at = 7; at > 0; at--, key /= 10) {
        record[at] = (byte) ('0' + key % 10);
      }
      int value = 1 + random.nextInt(9);
      record[9] = (byte) ('0' + value);
      out.append(record);
      out.end();
      weights[i + 1] = weights[i] + value;
    }
    return new RecordPool(Scenario.Input.KEY_VALUE, out.bytes(), out.starts(), weights);
  }

  /** Events; the first ones are the same whatever the size, read through {@link RecordReader}. */
  public static RecordPool ads(long seed, int size) {
    SplittableRandom random = new SplittableRandom(ResultDigest.mix(seed + 3));
    String[] ads = Ads.ids(seed);
    Appender out = new Appender(size, 242);
    int[] weights = new int[size + 1];
    for (int i = 0; i < size; i++) {
      int type = random.nextInt(Ads.EVENT_TYPES.length);
      out.append(
          Ads.event(random, ads[random.nextInt(ads.length)], Ads.EVENT_TYPES[type])
              .getBytes(StandardCharsets.US_ASCII));
      out.end();
      weights[i + 1] = weights[i] + (type == 0 ? 1 : 0);
    }
    return new RecordPool(Scenario.Input.ADS, out.bytes(), out.starts(), weights);
  }

  /** Different words by rank; frequent ones are shorter, as in a language. */
  static byte[][] words(long seed) {
    SplittableRandom random = new SplittableRandom(ResultDigest.mix(seed));
    Set<String> taken = new HashSet<>(WORDS * 2);
    taken.add(NEEDLE);
    byte[][] words = new byte[WORDS][];
    for (int rank = 0; rank < WORDS; rank++) {
      // On average 7.24 letters by frequency; the fraction is dealt by rank, not by chance.
      double length = 3.187 + Math.log(rank + 1) * 0.742 + (rank % 4) * 0.25 - 0.375;
      String word;
      do {
        byte[] letters = new byte[(int) Math.round(length)];
        for (int i = 0; i < letters.length; i++) {
          letters[i] = (byte) ('a' + random.nextInt(26));
        }
        word = new String(letters, StandardCharsets.US_ASCII);
      } while (!taken.add(word) || word.contains(NEEDLE));
      words[rank] = word.getBytes(StandardCharsets.US_ASCII);
    }
    return words;
  }

  /** Records before they repeat. */
  public int size() {
    return starts.length - 1;
  }

  public Scenario.Input input() {
    return input;
  }

  /**
   * All records without anything between them, and {@link #SLACK} bytes or more after the last; not
   * to be changed.
   */
  public byte[] bytes() {
    return bytes;
  }

  /** Where record i of the input begins in {@link #bytes()}. */
  public int start(long record) {
    return starts[(int) (record % size())];
  }

  /** Length of record i of the input in bytes. */
  public int length(long record) {
    int at = (int) (record % size());
    return starts[at + 1] - starts[at];
  }

  /**
   * Conservation: for records from (inclusive) to (exclusive) of the input, the number of words of
   * text, the sum of the values of key-values, the number of views of ads.
   */
  public long weight(long from, long to) {
    return weightBefore(to) - weightBefore(from);
  }

  private long weightBefore(long record) {
    return record / size() * weights[size()] + weights[(int) (record % size())];
  }

  /** Lines with {@link #NEEDLE} among records from (inclusive) to (exclusive); scans the pool. */
  public long matches(long from, long to) {
    int[] before = new int[size() + 1];
    for (int i = 0; i < size(); i++) {
      before[i + 1] = before[i] + (string(i).contains(NEEDLE) ? 1 : 0);
    }
    long cycle = before[size()];
    return to / size() * cycle
        + before[(int) (to % size())]
        - from / size() * cycle
        - before[(int) (from % size())];
  }

  /** Reads records from (inclusive) to (exclusive) in order. */
  public RecordReader reader(long from, long to) {
    return new RecordReader(this, from, to, 1);
  }

  /** Without end: every {@code step}th record beginning with {@code from}. */
  public RecordReader endless(long from, int step) {
    return new RecordReader(this, from, Long.MAX_VALUE, step);
  }

  /** A fresh String; not for ads, whose time is not in the pool. */
  @SuppressWarnings("deprecation") // The quickest way from ASCII, what a line reader would do.
  public String string(long record) {
    int at = (int) (record % size());
    return new String(bytes, 0, starts[at], starts[at + 1] - starts[at]);
  }

  /** Grows by doubling, ends exact. */
  private static final class Appender {
    private final int[] starts;
    private byte[] bytes;
    private int records;
    private int used;

    Appender(int records, int averageLength) {
      this.starts = new int[records + 1];
      this.bytes = new byte[records * averageLength + 1024];
    }

    void append(byte b) {
      ensure(1);
      bytes[used++] = b;
    }

    void append(byte[] more) {
      ensure(more.length);
      System.arraycopy(more, 0, bytes, used, more.length);
      used += more.length;
    }

    private void ensure(int more) {
      if (used + more > bytes.length) {
        bytes = Arrays.copyOf(bytes, bytes.length + bytes.length / 8 + more);
      }
    }

    void end() {
      starts[++records] = used;
    }

    byte[] bytes() {
      ensure(SLACK);
      return bytes;
    }

    int[] starts() {
      return starts;
    }
  }
}
