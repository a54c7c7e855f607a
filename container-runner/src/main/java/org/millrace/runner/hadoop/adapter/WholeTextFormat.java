package org.millrace.runner.hadoop.adapter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;

/** All UTF-8 text of each file, decompressed as the file's name says. */
final class WholeTextFormat extends WholeFilesFormat<String> {
  WholeTextFormat() {}

  @Override
  String read(Path file, Configuration configuration) throws IOException {
    CompressionCodec codec = new CompressionCodecFactory(configuration).getCodec(file);
    try (InputStream stored = file.getFileSystem(configuration).open(file);
        InputStream plain = codec == null ? stored : codec.createInputStream(stored)) {
      return new String(plain.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
