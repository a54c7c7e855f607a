package org.millrace.checkpoint.files.adapter;

import java.io.IOException;
import java.nio.file.Path;

/** A program that writes a durable file and holds it until its standard input ends. */
final class FileHolder {

  private FileHolder() {}

  public static void main(String[] arguments) throws IOException {
    LocalSink sink = LocalSink.create(arguments[0], Path.of(arguments[0]));
    System.out.println("held");
    while (System.in.read() >= 0) {
      continue;
    }
    sink.close();
  }
}
