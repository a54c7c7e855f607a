package org.millrace.runner.hadoop.adapter;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.api.input.PortableDataStream;

/** A file of any of Hadoop's file systems. */
final class HadoopDataStream implements PortableDataStream, Serializable {
  private static final long serialVersionUID = 1L;
  private static final long LARGEST_ARRAY = Integer.MAX_VALUE - 8L;

  private final String path;
  private final ConfigurationForm configuration;

  HadoopDataStream(String path, ConfigurationForm configuration) {
    this.path = path;
    this.configuration = configuration;
  }

  @Override
  public DataInputStream open() {
    Path file = new Path(path);
    try {
      return file.getFileSystem(restored()).open(file);
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  @Override
  public byte[] toArray() {
    Path file = new Path(path);
    try {
      long lengthBytes = file.getFileSystem(restored()).getFileStatus(file).getLen();
      if (lengthBytes > LARGEST_ARRAY) {
        throw new MillraceException(
            ErrorCode.RECORD_TOO_LARGE,
            "the file "
                + path
                + " has "
                + lengthBytes
                + " bytes, at most "
                + LARGEST_ARRAY
                + " fit into an array; read it with open()");
      }
      try (DataInputStream in = open()) {
        return in.readAllBytes();
      }
    } catch (IOException e) {
      throw unavailable(e);
    }
  }

  private Configuration restored() {
    return configuration.restore(getClass().getClassLoader());
  }

  private MillraceException unavailable(IOException cause) {
    return new MillraceException(
        ErrorCode.INPUT_UNAVAILABLE,
        "the file " + path + " cannot be read: " + cause.getMessage(),
        cause);
  }

  @Override
  public String getPath() {
    return path;
  }

  @Override
  public String toString() {
    return path;
  }
}
