package org.millrace.parity;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Spark's public members beside ours, read from the classes of both. */
final class Members {
  private static final String API = "org.millrace.api.";

  /** Spark's classes and ours, in the order of the table. */
  static final Map<String, String> CLASSES = classes();

  private final ClassLoader spark;
  private final Set<String> called;
  private final Map<String, String> reasons;

  /**
   * One member.
   *
   * @param ours its counterpart; null when there is none
   * @param compared whether a program that was compared with Spark calls it
   * @param reason why there is no counterpart; null when none is written down
   */
  record Member(String spark, String ours, boolean compared, String reason) {}

  private Members(ClassLoader spark, Set<String> called, Map<String, String> reasons) {
    this.spark = spark;
    this.called = called;
    this.reasons = reasons;
  }

  static Members read(Path reasons) throws IOException {
    List<URL> urls = new ArrayList<>();
    for (String jar : SparkAndMillrace.sparkClassPath().split(":")) {
      urls.add(Path.of(jar).toUri().toURL());
    }
    ClassLoader spark =
        new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    Map<String, String> why = new TreeMap<>();
    for (String line : Files.readAllLines(reasons)) {
      if (!line.isBlank()) {
        String[] parts = line.split("\t", 2);
        why.put(parts[0], parts[1]);
      }
    }
    return new Members(spark, calledBy(SparkAndMillrace.sparkClasses()), why);
  }

  /** The members of each class, in the order of their signatures. */
  Map<String, List<Member>> all() throws ReflectiveOperationException {
    Map<String, List<Member>> all = new LinkedHashMap<>();
    for (Map.Entry<String, String> each : CLASSES.entrySet()) {
      all.put(
          each.getKey(), members(spark.loadClass(each.getKey()), Class.forName(each.getValue())));
    }
    return all;
  }

  private List<Member> members(Class<?> theirs, Class<?> ours) {
    Map<String, Method> bySignature = new TreeMap<>();
    for (Method method : theirs.getMethods()) {
      if (isOfJavaPrograms(method)) {
        bySignature.putIfAbsent(signature(method), method);
      }
    }
    Set<String> mine = new HashSet<>();
    for (Method method : ours.getMethods()) {
      String signature = signature(method);
      mine.add(signature);
      // What a class and its relatives share is declared with the type that they share.
      for (String type : List.of("DStream", "PairDStream")) {
        mine.add(signature.replace("DStreamLike", type));
      }
      for (String type : List.of("RDD", "PairRDD", "DoubleRDD")) {
        mine.add(signature.replace("RDDLike", type));
      }
    }
    List<Member> members = new ArrayList<>();
    bySignature.forEach(
        (signature, method) -> {
          String here = renamed(signature);
          boolean there = mine.contains(here);
          members.add(
              new Member(
                  signature,
                  there ? here : null,
                  called.contains(method.getName() + descriptor(method)),
                  there ? null : reason(theirs.getSimpleName(), signature)));
        });
    return members;
  }

  private String reason(String className, String signature) {
    String name = signature.substring(0, signature.indexOf('('));
    for (String key :
        List.of(
            className + "." + signature, className + "." + name, "*." + signature, "*." + name)) {
      if (reasons.containsKey(key)) {
        return reasons.get(key);
      }
    }
    return null;
  }

  /** Leaves out what the compiler made, and what carries Scala types that Java programs avoid. */
  private static boolean isOfJavaPrograms(Method method) {
    return Modifier.isPublic(method.getModifiers())
        && method.getDeclaringClass() != Object.class
        && !method.isBridge()
        && !method.isSynthetic()
        && !method.getName().contains("$")
        && Arrays.stream(method.getParameterTypes()).noneMatch(Members::isScala)
        && !isScala(method.getReturnType());
  }

  private static boolean isScala(Class<?> type) {
    return type.getName().startsWith("scala.") && !type.getName().startsWith("scala.Tuple");
  }

  private static String signature(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  /** The names that types have here. */
  private static String renamed(String signature) {
    int open = signature.indexOf('(');
    String name =
        signature
            .substring(0, open)
            .replace("toJavaDStream", "toDStream")
            .replace("fromJavaDStream", "fromDStream")
            .replace("fromJavaRDD", "fromRDD");
    String types = signature.substring(open);
    for (String prefixed :
        List.of("JavaPairDStream", "JavaDStream", "JavaPairRDD", "JavaDoubleRDD", "JavaRDD")) {
      types = types.replace(prefixed, prefixed.substring("Java".length()));
    }
    return name
        + types.replace("JavaSparkContext", "BatchContext").replace("SparkConf", "StreamingConf");
  }

  private static String descriptor(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(Class::descriptorString)
        .collect(Collectors.joining("", "(", ")"));
  }

  /** Name and parameters of every method that classes in a folder call. */
  private static Set<String> calledBy(Path classes) throws IOException {
    Set<String> called = new HashSet<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".class")) {
          try (InputStream in = Files.newInputStream(file)) {
            addCalls(new DataInputStream(in), called);
          }
        }
      }
    }
    return called;
  }

  /** Reads the constant pool: JVM specification, 4.4. */
  private static void addCalls(DataInputStream in, Set<String> called) throws IOException {
    in.skipNBytes(8);
    int count = in.readUnsignedShort();
    String[] texts = new String[count];
    int[][] names = new int[count][];
    for (int i = 1; i < count; i++) {
      int tag = in.readUnsignedByte();
      switch (tag) {
        case 1 -> texts[i] = in.readUTF();
        case 12 -> names[i] = new int[] {in.readUnsignedShort(), in.readUnsignedShort()};
        case 7, 8, 16, 19, 20 -> in.skipNBytes(2);
        case 15 -> in.skipNBytes(3);
        case 5, 6 -> {
          in.skipNBytes(8);
          i++;
        }
        default -> in.skipNBytes(4);
      }
    }
    for (int[] name : names) {
      if (name != null && texts[name[1]].startsWith("(")) {
        String descriptor = texts[name[1]];
        called.add(texts[name[0]] + descriptor.substring(0, descriptor.indexOf(')') + 1));
      }
    }
  }

  private static Map<String, String> classes() {
    Map<String, String> classes = new LinkedHashMap<>();
    String streaming = "org.apache.spark.streaming.";
    String api = "org.apache.spark.api.java.";
    classes.put(streaming + "api.java.JavaStreamingContext", API + "streaming.StreamingContext");
    for (String name :
        List.of(
            "DStream",
            "PairDStream",
            "InputDStream",
            "PairInputDStream",
            "ReceiverInputDStream",
            "PairReceiverInputDStream",
            "MapWithStateDStream")) {
      classes.put(streaming + "api.java.Java" + name, API + "streaming." + name);
    }
    for (String name : List.of("State", "StateSpec", "Duration", "Durations", "Time")) {
      classes.put(streaming + name, API + "streaming." + name);
    }
    classes.put(streaming + "receiver.Receiver", API + "streaming.receiver.Receiver");
    classes.put(
        streaming + "scheduler.StreamingListener", API + "streaming.scheduler.StreamingListener");
    classes.put(streaming + "scheduler.BatchInfo", API + "streaming.scheduler.BatchInfo");
    classes.put(api + "JavaSparkContext", API + "BatchContext");
    for (String name : List.of("RDD", "PairRDD", "DoubleRDD")) {
      classes.put(api + "Java" + name, API + name);
    }
    classes.put(api + "Optional", API + "Optional");
    classes.put("org.apache.spark.broadcast.Broadcast", API + "broadcast.Broadcast");
    for (String name :
        List.of("AccumulatorV2", "LongAccumulator", "DoubleAccumulator", "CollectionAccumulator")) {
      classes.put("org.apache.spark.util." + name, API + "accumulator." + name);
    }
    return classes;
  }
}
