package org.millrace.am.submit.adapter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classes of Hadoop's client that a connected HDFS needs: to write and flush, to read, to list, to
 * take a lease over. Nobody but an HDFS brings a client there, so a resource names them; another
 * version of Hadoop may lack some, which costs a little time at the start and nothing else.
 */
final class TrainingClasses {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingClasses.class);
  private static final String RESOURCE = "hdfs-client-classes.txt";

  private TrainingClasses() {}

  static List<String> names() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                TrainingClasses.class.getResourceAsStream(RESOURCE), StandardCharsets.UTF_8))) {
      return lines.lines().filter(line -> !line.startsWith("#")).toList();
    }
  }

  /**
   * Loads all that are there.
   *
   * @return those that are not
   */
  static List<String> load() throws IOException {
    List<String> absent = new ArrayList<>();
    for (String name : names()) {
      try {
        Class.forName(name, false, TrainingClasses.class.getClassLoader());
      } catch (ClassNotFoundException | LinkageError e) {
        LOG.debug("{} is not in this version of Hadoop", name, e);
        absent.add(name);
      }
    }
    return absent;
  }
}
