package org.millrace.runner.hadoop.adapter;

import java.io.FileNotFoundException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapred.FileAlreadyExistsException;
import org.apache.hadoop.mapred.InvalidInputException;
import org.apache.hadoop.util.ReflectionUtils;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Makes formats and says what their failures mean. */
final class Formats {
  private Formats() {}

  /** A new object of a class that the program named. */
  static <T> T create(Class<T> type, String className, Configuration configuration) {
    try {
      return type.cast(
          ReflectionUtils.newInstance(configuration.getClassByName(className), configuration));
    } catch (ClassNotFoundException e) {
      throw new MillraceException(
          ErrorCode.NO_SUCH_CLASS,
          "the format " + className + " is not on the class path; ship its jar with --jars",
          e);
    } catch (ClassCastException e) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          className + " is no " + type.getName() + "; give a class of that interface",
          e);
    } catch (RuntimeException | LinkageError e) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          "the format "
              + className
              + " cannot be made: "
              + e
              + "; it needs a public constructor without parameters",
          e);
    }
  }

  /** Why the splits of an input could not be had. */
  static MillraceException unavailable(String description, Exception cause) {
    if (cause instanceof MillraceException known) {
      return known;
    }
    boolean missing =
        cause instanceof InvalidInputException
            || cause instanceof org.apache.hadoop.mapreduce.lib.input.InvalidInputException
            || cause instanceof FileNotFoundException;
    return new MillraceException(
        missing ? ErrorCode.NO_SUCH_PATH : ErrorCode.INPUT_UNAVAILABLE,
        "the input of " + description + " cannot be listed: " + cause.getMessage(),
        cause);
  }

  /** Something of a format that may throw anything. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /** Lets a format refuse an output. */
  static void checking(String description, Work work) {
    try {
      work.run();
    } catch (FileAlreadyExistsException e) {
      throw new MillraceException(
          ErrorCode.OUTPUT_EXISTS,
          description + ": " + e.getMessage() + "; choose another directory or delete it first",
          e);
    } catch (MillraceException e) {
      throw e;
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.ILLEGAL_USE,
          description + ": the output format refuses its configuration: " + e.getMessage(),
          e);
    }
  }

  /** What a committer does in the driver. */
  static void committing(String description, Work work) {
    try {
      work.run();
    } catch (MillraceException e) {
      throw e;
    } catch (Exception e) {
      throw new MillraceException(
          ErrorCode.STORAGE_FAILED,
          description + ": the committer of the output failed: " + e.getMessage(),
          e);
    }
  }
}
