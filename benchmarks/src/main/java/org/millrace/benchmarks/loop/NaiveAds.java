package org.millrace.benchmarks.loop;

import java.util.HashMap;
import java.util.Map;
import org.millrace.benchmarks.workload.Ads;
import org.millrace.benchmarks.workload.RecordReader;
import org.millrace.benchmarks.workload.ResultDigest;

/** Views per campaign and window of event time. */
final class NaiveAds implements Kernel {
  private final Map<String, String> campaigns;
  private final Map<String, Integer> views = new HashMap<>();

  NaiveAds(long seed) {
    campaigns = Ads.campaigns(seed);
  }

  @Override
  public void process(RecordReader in, int records) {
    for (int i = 0; i < records; i++) {
      count(in.next());
    }
  }

  private void count(String event) {
    if (Ads.field(event, "\"event_type\":\"").equals("view")) {
      String campaign = campaigns.get(Ads.field(event, "\"ad_id\":\""));
      long time = Long.parseLong(Ads.field(event, "\"event_time\":\""));
      views.merge(Ads.key(campaign, time), 1, Integer::sum);
    }
  }

  @Override
  public void merge(Kernel other) {
    NaiveAds from = (NaiveAds) other;
    from.views.forEach((key, count) -> views.merge(key, count, Integer::sum));
    from.views.clear();
  }

  @Override
  public long intervalEnded() {
    long all = views.values().stream().mapToLong(Integer::longValue).sum();
    views.clear();
    return all;
  }

  @Override
  public void addTo(ResultDigest digest) {
    views.forEach(digest::add);
  }
}
