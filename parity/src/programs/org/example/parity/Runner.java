package org.example.parity;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaStreamingContext;

/** Runs the programs one after the other and writes what they gave to a file. */
public final class Runner {
  private Runner() {}

  public static void main(String[] args) throws Exception {
    Path results = Path.of(args[0]);
    Path work = Path.of(args[1]);
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, Program> program : Programs.all().entrySet()) {
      if (args.length < 3 || program.getKey().matches(args[2])) {
        lines.add("== " + program.getKey());
        lines.addAll(run(program.getKey(), program.getValue(), work));
      }
    }
    for (Map.Entry<String, BatchProgram> program : BatchPrograms.all().entrySet()) {
      if (args.length < 3 || program.getKey().matches(args[2])) {
        lines.add("== " + program.getKey());
        lines.addAll(run(program.getKey(), program.getValue()));
      }
    }
    Files.write(results, lines);
    System.exit(0);
  }

  private static List<String> run(String name, Program program, Path work) {
    SparkConf conf = new SparkConf().setMaster("local[2]").setAppName(name);
    JavaStreamingContext context = new JavaStreamingContext(conf, Durations.milliseconds(200));
    try {
      context.checkpoint(work.resolve(name).toUri().toString());
      Results results = new Results(Program.BATCHES);
      program.define(new Inputs(context), results);
      context.start();
      if (!results.await(60)) {
        return List.of("not complete within a minute: " + results.lines());
      }
      return results.lines();
    } catch (Exception | Error failure) {
      return List.of("failed: " + failure);
    } finally {
      context.stop(true, false);
    }
  }

  private static List<String> run(String name, BatchProgram program) {
    SparkConf conf = new SparkConf().setMaster("local[2]").setAppName(name);
    JavaSparkContext context = new JavaSparkContext(conf);
    List<String> lines = new ArrayList<>();
    try {
      program.run(context, value -> lines.add(String.valueOf(value)));
    } catch (Exception | Error failure) {
      lines.add("failed: " + failure);
    } finally {
      context.stop();
    }
    return lines;
  }
}
