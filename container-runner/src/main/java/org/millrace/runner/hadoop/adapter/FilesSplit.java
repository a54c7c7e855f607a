package org.millrace.runner.hadoop.adapter;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.mapreduce.InputSplit;

/** Whole files. */
final class FilesSplit extends InputSplit implements Writable {
  private final List<String> paths = new ArrayList<>();
  private long lengthBytes;
  private String[] hosts = {};

  /** For {@link #readFields}. */
  FilesSplit() {}

  FilesSplit(List<String> paths, long lengthBytes, List<String> hosts) {
    this.paths.addAll(paths);
    this.lengthBytes = lengthBytes;
    this.hosts = hosts.toArray(String[]::new);
  }

  List<String> paths() {
    return paths;
  }

  @Override
  public long getLength() {
    return lengthBytes;
  }

  @Override
  public String[] getLocations() {
    return hosts.clone();
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeLong(lengthBytes);
    out.writeInt(paths.size());
    for (String path : paths) {
      out.writeUTF(path);
    }
  }

  @Override
  public void readFields(DataInput in) throws IOException {
    lengthBytes = in.readLong();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      paths.add(in.readUTF());
    }
  }
}
