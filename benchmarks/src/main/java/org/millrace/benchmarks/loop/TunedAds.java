package org.millrace.benchmarks.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.millrace.benchmarks.workload.Ads;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/**
 * Views per campaign and window of event time. A field is looked for first where it was before; ads
 * are found by their first eight bytes and compared in full; the counts of the newest window are in
 * an array.
 */
final class TunedAds implements Kernel {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int SLOTS = 4096;
  private static final int ID_LENGTH = 36;
  private static final long VIEW =
      (long) LONGS.get("view\"\0\0\0".getBytes(StandardCharsets.US_ASCII), 0);
  private static final long VIEW_MASK = (1L << 40) - 1;

  private final byte[][] ids = new byte[SLOTS][];
  private final int[] campaignOf = new int[SLOTS];
  private final String[] campaigns = new String[Ads.CAMPAIGNS];
  private final Field eventType = new Field("\"event_type\":\"");
  private final Field adId = new Field("\"ad_id\":\"");
  private final Field eventTime = new Field("\"event_time\":\"");
  private final int[] newest = new int[Ads.CAMPAIGNS];
  private final Map<String, Integer> views = new TreeMap<>();
  private long newestWindow = -1;
  private long timePrefix;
  private long timePrefixMs = -1;

  TunedAds(long seed) {
    int campaignCount = 0;
    for (Map.Entry<String, String> ad : new TreeMap<>(Ads.campaigns(seed)).entrySet()) {
      int campaign = Arrays.asList(campaigns).indexOf(ad.getValue());
      if (campaign < 0) {
        campaign = campaignCount++;
        campaigns[campaign] = ad.getValue();
      }
      byte[] id = ad.getKey().getBytes(StandardCharsets.US_ASCII);
      int slot = slot((long) LONGS.get(id, 0));
      while (ids[slot] != null) {
        slot = slot + 1 & SLOTS - 1;
      }
      ids[slot] = id;
      campaignOf[slot] = campaign;
    }
  }

  private static int slot(long firstBytes) {
    return (int) ((firstBytes * 0x9E3779B97F4A7C15L) >>> 52);
  }

  @Override
  public void process(RecordReader in, int records) {
    for (int i = 0; i < records && in.advance(); i++) {
      count(in.bytes(), in.offset(), in.offset() + in.length());
    }
  }

  private void count(byte[] event, int from, int to) {
    int type = eventType.find(event, from, to);
    if (((long) LONGS.get(event, type) & VIEW_MASK) != VIEW) {
      return;
    }
    int campaign = campaign(event, adId.find(event, from, to));
    long window = time(event, eventTime.find(event, from, to)) / Ads.WINDOW_MS;
    if (window != newestWindow) {
      flush();
      newestWindow = window;
    }
    newest[campaign]++;
  }

  private int campaign(byte[] event, int at) {
    int slot = slot((long) LONGS.get(event, at));
    while (!Arrays.equals(ids[slot], 0, ID_LENGTH, event, at, at + ID_LENGTH)) {
      slot = slot + 1 & SLOTS - 1;
    }
    return campaignOf[slot];
  }

  /** Thirteen digits; the first eight are seldom new. */
  private long time(byte[] event, int at) {
    long prefix = (long) LONGS.get(event, at);
    if (prefix != timePrefix) {
      timePrefix = prefix;
      timePrefixMs = digits(event, at, 8) * 100_000;
    }
    return timePrefixMs + digits(event, at + 8, 5);
  }

  private static long digits(byte[] event, int at, int count) {
    long number = 0;
    for (int i = 0; i < count; i++) {
      number = number * 10 + event[at + i] - '0';
    }
    return number;
  }

  private void flush() {
    for (int i = 0; i < newest.length; i++) {
      if (newest[i] > 0) {
        views.merge(Ads.key(campaigns[i], newestWindow * Ads.WINDOW_MS), newest[i], Integer::sum);
        newest[i] = 0;
      }
    }
  }

  @Override
  public void merge(Kernel other) {
    TunedAds from = (TunedAds) other;
    from.flush();
    from.views.forEach((key, count) -> views.merge(key, count, Integer::sum));
    from.views.clear();
  }

  @Override
  public long intervalEnded() {
    flush();
    long all = views.values().stream().mapToLong(Integer::longValue).sum();
    views.clear();
    return all;
  }

  @Override
  public void addTo(ResultDigest digest) {
    flush();
    views.forEach(digest::add);
  }

  /** Finds where the value of a field begins. */
  private static final class Field {
    private static final int GUESSES = 16;

    private final byte[] marker;
    private final long markerStart;
    private final int[] guesses = new int[GUESSES];
    private int guessed;

    Field(String marker) {
      this.marker = marker.getBytes(StandardCharsets.US_ASCII);
      this.markerStart = (long) LONGS.get(this.marker, 0);
    }

    int find(byte[] event, int from, int to) {
      for (int i = 0; i < guessed; i++) {
        int at = from + guesses[i];
        if (at + marker.length <= to && isAt(event, at)) {
          return at + marker.length;
        }
      }
      return search(event, from, to);
    }

    private boolean isAt(byte[] event, int at) {
      return (long) LONGS.get(event, at) == markerStart
          && Arrays.equals(marker, 8, marker.length, event, at + 8, at + marker.length);
    }

    private int search(byte[] event, int from, int to) {
      for (int at = from; at + marker.length <= to; at++) {
        if (isAt(event, at)) {
          if (guessed < GUESSES) {
            guesses[guessed++] = at - from;
          }
          return at + marker.length;
        }
      }
      throw new IllegalArgumentException(
          "no " + new String(marker, StandardCharsets.US_ASCII) + " in the event");
    }
  }
}
