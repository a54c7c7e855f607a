package org.millrace.am.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns the source of a Java program for Spark Streaming into one for Millrace, by names alone.
 * Immutable.
 *
 * <p>Imports are mapped, the prefix {@code Java} falls away, a few calls get the name that they
 * have here. What has no counterpart is left as it is and named.
 */
final class SourceMigration {
  private static final Pattern IMPORT =
      Pattern.compile(
          "(?m)^([ \\t]*import\\s+(?:static\\s+)?)((?:org\\.apache\\.spark|scala)\\.[\\w.]+(?:\\.\\*)?)\\s*;");
  private static final Pattern QUALIFIED =
      Pattern.compile("\\b(?:org\\.apache\\.spark|scala)\\.[a-z][\\w.]*\\b");
  private static final Pattern PACKAGE_LINE =
      Pattern.compile("(?m)^[ \\t]*package\\s+[\\w.]+\\s*;");

  /** Types whose name changes, here and there. */
  private static final Map<String, String> TYPES = types();

  /** Packages of types that keep their name, the longest first. */
  private static final Map<String, String> PACKAGES = packages();

  /** Calls with another name here. */
  private static final Map<Pattern, String> CALLS = calls();

  /**
   * A line that has to be looked at.
   *
   * @param line its number, from 1
   * @param what what is on it and why it was left
   */
  record Finding(int line, String what) {}

  /**
   * A program after its migration.
   *
   * @param changes how many places were changed
   */
  record Migrated(String source, int changes, List<Finding> findings) {}

  Migrated migrate(String source) {
    Changing text = new Changing(source);
    text.replace(IMPORT, found -> found.group(1) + importOf(found.group(2)) + ";");
    text.replace(QUALIFIED, found -> typeOf(found.group()));
    TYPES.forEach(
        (from, to) ->
            text.replace(
                Pattern.compile("(?<![\\w.\"])" + from + "(?!\\w)"),
                found -> to.substring(to.lastIndexOf('.') + 1)));
    CALLS.forEach((call, to) -> text.replace(call, found -> expand(found, to)));
    return new Migrated(text.source, text.changes, findings(text.source));
  }

  private static String expand(Matcher found, String replacement) {
    String expanded = replacement;
    for (int group = 1; group <= found.groupCount(); group++) {
      expanded = expanded.replace("$" + group, found.group(group));
    }
    return expanded;
  }

  private static String importOf(String name) {
    if (!name.endsWith(".*")) {
      return typeOf(name);
    }
    String packageName = name.substring(0, name.length() - 2);
    return packageOf(packageName, name) + (packageOf(packageName, "").isEmpty() ? "" : ".*");
  }

  private static String typeOf(String name) {
    String known = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    if (known != null && !name.contains(".sql.")) {
      return known;
    }
    int dot = name.lastIndexOf('.');
    String packageName = packageOf(name.substring(0, dot), "");
    return packageName.isEmpty() ? name : packageName + name.substring(dot);
  }

  private static String packageOf(String name, String otherwise) {
    return PACKAGES.getOrDefault(name, otherwise);
  }

  private static List<Finding> findings(String source) {
    List<Finding> findings = new ArrayList<>();
    String withoutPackage = PACKAGE_LINE.matcher(source).replaceAll("");
    int line = 0;
    for (String text : withoutPackage.split("\n", -1)) {
      line++;
      Matcher left = QUALIFIED.matcher(text);
      if (left.find() && !text.strip().startsWith("*") && !text.strip().startsWith("//")) {
        findings.add(new Finding(line, left.group() + " has no counterpart here"));
      }
      Matcher key = Pattern.compile("\"(spark\\.[\\w.]+)\"").matcher(text);
      if (key.find()) {
        findings.add(
            new Finding(
                line,
                "the configuration key "
                    + key.group(1)
                    + " is refused at the start with the name of its counterpart"));
      }
    }
    return findings;
  }

  private static Map<String, String> types() {
    Map<String, String> types = new LinkedHashMap<>();
    String streaming = "org.millrace.api.streaming.";
    for (String name :
        List.of(
            "PairReceiverInputDStream",
            "ReceiverInputDStream",
            "PairInputDStream",
            "InputDStream",
            "MapWithStateDStream",
            "PairDStream",
            "DStream",
            "StreamingContext")) {
      types.put("Java" + name, streaming + name);
    }
    for (String name : List.of("PairRDD", "DoubleRDD", "RDD", "FutureAction")) {
      types.put("Java" + name, "org.millrace.api." + name);
    }
    types.put("JavaSparkContext", "org.millrace.api.BatchContext");
    types.put("StatCounter", "org.millrace.api.StatCounter");
    types.put("SparkConf", "org.millrace.api.StreamingConf");
    return types;
  }

  private static Map<String, String> packages() {
    Map<String, String> packages = new LinkedHashMap<>();
    packages.put("org.apache.spark", "org.millrace.api");
    packages.put("org.apache.spark.api.java", "org.millrace.api");
    packages.put("org.apache.spark.api.java.function", "org.millrace.api.function");
    packages.put("org.apache.spark.broadcast", "org.millrace.api.broadcast");
    packages.put("org.apache.spark.partial", "org.millrace.api.partial");
    packages.put("org.apache.spark.storage", "org.millrace.api.storage");
    packages.put("org.apache.spark.streaming", "org.millrace.api.streaming");
    packages.put("org.apache.spark.streaming.api.java", "org.millrace.api.streaming");
    packages.put("org.apache.spark.streaming.receiver", "org.millrace.api.streaming.receiver");
    packages.put("org.apache.spark.streaming.scheduler", "org.millrace.api.streaming.scheduler");
    packages.put("org.apache.spark.util", "org.millrace.api.accumulator");
    packages.put("scala", "org.millrace.api");
    return packages;
  }

  private static Map<Pattern, String> calls() {
    Map<Pattern, String> calls = new LinkedHashMap<>();
    calls.put(Pattern.compile("\\btoJavaDStream\\(\\)"), "toDStream()");
    calls.put(Pattern.compile("\\bfromJavaDStream\\("), "fromDStream(");
    calls.put(Pattern.compile("\\bfromJavaRDD\\("), "fromRDD(");
    calls.put(Pattern.compile("\\b(StorageLevels?\\.[A-Z_0-9]+)\\(\\)"), "$1");
    calls.put(
        Pattern.compile("\\bnew BatchContext\\((\\w+)\\.context\\(\\)\\)"),
        "BatchContext.fromSparkContext($1.context())");
    calls.put(
        Pattern.compile("(?m)^[ \\t]*StreamingExamples\\.setStreamingLogLevels\\(\\);\\R"), "");
    return calls;
  }

  /** A text that counts what is changed in it. */
  private static final class Changing {
    private String source;
    private int changes;

    Changing(String source) {
      this.source = source;
    }

    void replace(Pattern pattern, java.util.function.Function<Matcher, String> by) {
      Matcher matcher = pattern.matcher(source);
      Matcher packageLine = PACKAGE_LINE.matcher(source);
      int packageEnd = packageLine.find() ? packageLine.end() : 0;
      StringBuilder result = new StringBuilder(source.length());
      int copied = 0;
      while (matcher.find()) {
        String replacement = by.apply(matcher);
        if (matcher.start() >= packageEnd && !replacement.equals(matcher.group())) {
          result.append(source, copied, matcher.start()).append(replacement);
          copied = matcher.end();
          changes++;
        }
      }
      source = result.append(source, copied, source.length()).toString();
    }
  }
}
