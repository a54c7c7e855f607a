package org.millrace.benchmarks.workload;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The events of the ads scenario, as in the Yahoo streaming benchmark: {@code
 * {"user_id":"...","page_id":"...","ad_id":"...","ad_type":"...","event_type":"...",
 * "event_time":"1420070400000","ip_address":"1.2.3.4"}}, all values strings.
 */
public final class Ads {
  /** Ads of all campaigns. */
  public static final int ADS = 1_000;

  /** Campaigns, ten ads each. */
  public static final int CAMPAIGNS = 100;

  /** Window of event time. */
  public static final long WINDOW_MS = 10_000;

  /** The event time of record 0, a multiple of the window. */
  public static final long FIRST_TIME_MS = 1_420_070_400_000L;

  static final String[] EVENT_TYPES = {"view", "click", "purchase"};
  static final int TIME_DIGITS = 13;

  private static final String[] AD_TYPES = {
    "banner", "modal", "sponsored-search", "mail", "mobile"
  };
  private static final int EVENTS_A_MILLISECOND = 500;
  private static final String AFTER_TIME = "\",\"ip_address\":\"1.2.3.4\"}";

  private Ads() {}

  /** Event time of a record of the input, milliseconds. */
  public static long eventTimeMs(long record) {
    return FIRST_TIME_MS + record / EVENTS_A_MILLISECOND;
  }

  /** The key of results: campaign, a space, and the start of the window in milliseconds. */
  public static String key(String campaign, long eventTimeMs) {
    return campaign + ' ' + eventTimeMs / WINDOW_MS * WINDOW_MS;
  }

  /** The identifiers of the ads. */
  public static String[] ids(long seed) {
    SplittableRandom random = new SplittableRandom(ResultDigest.mix(seed + 4));
    String[] ids = new String[ADS];
    for (int i = 0; i < ADS; i++) {
      ids[i] = uuid(random);
    }
    return ids;
  }

  /** Ad to campaign ({@code campaign-00} to {@code campaign-99}). */
  public static Map<String, String> campaigns(long seed) {
    Map<String, String> campaigns = new HashMap<>();
    String[] ids = ids(seed);
    for (int i = 0; i < ADS; i++) {
      int campaign = i / (ADS / CAMPAIGNS);
      campaigns.put(ids[i], "campaign-" + campaign / 10 + campaign % 10);
    }
    return campaigns;
  }

  /**
   * The value of a field by {@code indexOf}, the naive reader of all engines.
   *
   * @param marker the field's name with quotes and colon, for example {@code "ad_id":"}
   */
  public static String field(String event, String marker) {
    int start = event.indexOf(marker) + marker.length();
    return event.substring(start, event.indexOf('"', start));
  }

  static String event(SplittableRandom random, String ad, String eventType) {
    return "{\"user_id\":\""
        + uuid(random)
        + "\",\"page_id\":\""
        + uuid(random)
        + "\",\"ad_id\":\""
        + ad
        + "\",\"ad_type\":\""
        + AD_TYPES[random.nextInt(AD_TYPES.length)]
        + "\",\"event_type\":\""
        + eventType
        + "\",\"event_time\":\""
        + FIRST_TIME_MS
        + AFTER_TIME;
  }

  /** How far before the end of an event its time begins. */
  static int timeFromEnd() {
    return AFTER_TIME.length() + TIME_DIGITS;
  }

  private static String uuid(SplittableRandom random) {
    String hex =
        Long.toHexString(random.nextLong() | 1L << 63)
            + Long.toHexString(random.nextLong() | 1L << 63);
    return hex.substring(0, 8)
        + '-'
        + hex.substring(8, 12)
        + '-'
        + hex.substring(12, 16)
        + '-'
        + hex.substring(16, 20)
        + '-'
        + hex.substring(20);
  }
}
