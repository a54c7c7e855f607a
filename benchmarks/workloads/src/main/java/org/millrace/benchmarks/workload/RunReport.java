package org.millrace.benchmarks.workload;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an engine process found. {@link #toJson()} is one line:
 *
 * <pre>
 * {"engine":"loop","scenario":"word-count","records":1,"wallNanos":1,"cpuNanos":1,
 *  "peakHeapBytes":1,"peakResidentBytes":1,"gcMillis":1,"digest":"...",
 *  "figures":{"name":1.5},"notes":{"name":"text"}}
 * </pre>
 *
 * Owned by one thread.
 */
public final class RunReport {
  private final String engine;
  private final String scenario;
  private final long records;
  private final long wallNanos;
  private final long cpuNanos;
  private final long peakHeapBytes;
  private final long peakResidentBytes;
  private final long gcMillis;
  private final Map<String, Double> figures = new TreeMap<>();
  private final Map<String, String> notes = new TreeMap<>();
  private String digest = "";

  RunReport(
      String engine,
      String scenario,
      long records,
      long wallNanos,
      long cpuNanos,
      long peakHeapBytes,
      long peakResidentBytes,
      long gcMillis) {
    this.engine = engine;
    this.scenario = scenario;
    this.records = records;
    this.wallNanos = wallNanos;
    this.cpuNanos = cpuNanos;
    this.peakHeapBytes = peakHeapBytes;
    this.peakResidentBytes = peakResidentBytes;
    this.gcMillis = gcMillis;
  }

  /** The digest of the check run; none where a scenario has no check. */
  public RunReport digest(ResultDigest ofCheckRun) {
    digest = ofCheckRun.toString();
    return this;
  }

  /** A named figure, unit in its name: "batch-p50-ms", "generator-ns". */
  public RunReport figure(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + " is " + value);
    }
    figures.put(name, value);
    return this;
  }

  /** Something to say beside the figures. */
  public RunReport note(String name, String text) {
    notes.put(name, text);
    return this;
  }

  /** Figures so far, by name. */
  public Map<String, Double> figures() {
    return Map.copyOf(figures);
  }

  /** One line. */
  public String toJson() {
    StringBuilder json = new StringBuilder(512);
    json.append('{');
    text(json, "engine", engine).append(',');
    text(json, "scenario", scenario).append(',');
    number(json, "records", records).append(',');
    number(json, "wallNanos", wallNanos).append(',');
    number(json, "cpuNanos", cpuNanos).append(',');
    number(json, "peakHeapBytes", peakHeapBytes).append(',');
    number(json, "peakResidentBytes", peakResidentBytes).append(',');
    number(json, "gcMillis", gcMillis).append(',');
    text(json, "digest", digest).append(",\"figures\":{");
    String comma = "";
    for (var figure : figures.entrySet()) {
      json.append(comma);
      quoted(json, figure.getKey()).append(':');
      json.append(String.format(Locale.ROOT, "%.6f", figure.getValue()));
      comma = ",";
    }
    json.append("},\"notes\":{");
    comma = "";
    for (var note : notes.entrySet()) {
      json.append(comma);
      text(json, note.getKey(), note.getValue());
      comma = ",";
    }
    return json.append("}}").toString();
  }

  private static StringBuilder number(StringBuilder json, String name, long value) {
    return quoted(json, name).append(':').append(value);
  }

  private static StringBuilder text(StringBuilder json, String name, String value) {
    quoted(json, name).append(':');
    return quoted(json, value);
  }

  private static StringBuilder quoted(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"');
  }
}
