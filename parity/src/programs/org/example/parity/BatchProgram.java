package org.example.parity;

import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;

/** Runs actions on datasets. */
public interface BatchProgram {
  void run(JavaSparkContext context, Consumer<Object> out) throws Exception;
}
