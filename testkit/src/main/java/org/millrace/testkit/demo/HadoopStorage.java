package org.millrace.testkit.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.millrace.testkit.lab.Lab;

/** A directory of its own on the lab's HDFS. */
final class HadoopStorage implements Storage, AutoCloseable {
  private static final String OUTPUT = "counts";

  private final FileSystem files;
  private final Path folder;
  private final Path input;

  private HadoopStorage(FileSystem files, Path folder) {
    this.files = files;
    this.folder = folder;
    this.input = new Path(folder, "input");
  }

  /** Makes a directory of this name. */
  static HadoopStorage create(Lab lab, String directory) throws IOException {
    Configuration configuration = new Configuration();
    // The demo ends in order also after a signal, and closes it then.
    configuration.setBoolean("fs.automatic.close", false);
    for (String site : new String[] {"core-site.xml", "hdfs-site.xml"}) {
      configuration.addResource(new Path(lab.configurationDirectory().resolve(site).toUri()));
    }
    URI address = lab.fileSystem();
    FileSystem files = FileSystem.newInstance(address, configuration);
    HadoopStorage storage = new HadoopStorage(files, new Path(address + directory));
    files.mkdirs(storage.input);
    return storage;
  }

  @Override
  public String input() {
    return input.toString();
  }

  @Override
  public String outputPrefix() {
    return new Path(folder, OUTPUT).toString();
  }

  @Override
  public void put(String name, byte[] content) throws IOException {
    Path temporary = new Path(folder, name);
    try (OutputStream out = files.create(temporary, false)) {
      out.write(content);
    }
    if (!files.rename(temporary, new Path(input, name))) {
      throw new IOException("HDFS refused to rename " + temporary + " into " + input);
    }
  }

  @Override
  public WordTally savedCounts() throws IOException {
    WordTally tally = new WordTally();
    for (FileStatus batch : entries(folder, OUTPUT)) {
      if (!files.exists(new Path(batch.getPath(), SavedCounts.SUCCESS))) {
        throw SavedCounts.incomplete(batch.getPath().toString());
      }
      for (FileStatus part : entries(batch.getPath(), SavedCounts.PART)) {
        try (InputStream in = files.open(part.getPath())) {
          SavedCounts.addTo(tally, in, part.getPath().toString());
        }
      }
    }
    return tally;
  }

  @Override
  public void delete() throws IOException {
    files.delete(folder, true);
  }

  /** Gives the connection up; the directory stays. */
  @Override
  public void close() throws IOException {
    files.close();
  }

  private FileStatus[] entries(Path directory, String prefix) throws IOException {
    return files.listStatus(directory, path -> path.getName().startsWith(prefix));
  }
}
