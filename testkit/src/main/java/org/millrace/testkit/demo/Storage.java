package org.millrace.testkit.demo;

import java.io.IOException;

/** Where the demo puts files and finds the counts that the program saved. */
interface Storage {
  /** The directory that the program watches. */
  String input();

  /** What the directories of saved counts begin with. */
  String outputPrefix();

  /** Writes a file under a temporary name, then renames it into the watched directory. */
  void put(String name, byte[] content) throws IOException;

  /** Adds up all counts that the program has saved. */
  WordTally savedCounts() throws IOException;

  /** Deletes both directories. */
  void delete() throws IOException;
}
