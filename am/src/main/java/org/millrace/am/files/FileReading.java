package org.millrace.am.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.HadoopInputNode;
import org.millrace.api.graph.HadoopSplit;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.runner.hadoop.HadoopFormats;
import org.millrace.runner.hadoop.HadoopFormats.InputFile;
import org.millrace.runner.hadoop.SplitReader;

/**
 * Makes datasets of files: text by our own reader, or by Hadoop's where a file's name says that it
 * is compressed; other formats by Hadoop's. Thread-safe.
 */
public final class FileReading {
  private static final String WORK = "formats";

  /** Names that ask for no codec, so that Hadoop need not be asked. */
  private static final Set<String> PLAIN =
      Set.of("txt", "text", "log", "csv", "tsv", "json", "jsonl", "xml", "md", "gz");

  private final FileSplitter splitter;
  private final HadoopFormats formats;
  private final BlockingWork work;
  private final Optional<HadoopInput> format;
  private final String description;

  /** Made once, so that batches share their pipelines. Guarded by this. */
  private SplitReader reader;

  /**
   * @param format how files are read; text when absent
   * @param description the operation and its place in the program
   */
  public FileReading(
      DurableFiles files,
      HadoopFormats formats,
      BlockingWork work,
      Optional<HadoopInput> format,
      String description) {
    this.splitter = new FileSplitter(files);
    this.formats = formats;
    this.work = work;
    this.format = format;
    this.description = description;
  }

  /** The records of these files, in their order, in about {@code parallelism} partitions. */
  public CompletableFuture<FoundFiles> read(List<FileStatus> files, int parallelism) {
    if (files.isEmpty()) {
      return CompletableFuture.completedFuture(FoundFiles.none());
    }
    if (format.isPresent()) {
      return formatted(format.get(), files, parallelism);
    }
    List<FileStatus> asked = files.stream().filter(FileReading::mayBeCompressed).toList();
    if (asked.isEmpty()) {
      return lines(files, parallelism);
    }
    return work.run(WORK, () -> asked.stream().filter(f -> formats.isCompressed(f.path())).toList())
        .thenCompose(compressed -> mixed(files, Set.copyOf(compressed), parallelism));
  }

  private static boolean mayBeCompressed(FileStatus file) {
    int dot = file.name().lastIndexOf('.');
    return dot > 0 && !PLAIN.contains(file.name().substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  /** Runs of plain and of compressed files, one after the other. */
  private CompletableFuture<FoundFiles> mixed(
      List<FileStatus> files, Set<FileStatus> compressed, int parallelism) {
    List<CompletableFuture<FoundFiles>> runs = new ArrayList<>();
    int from = 0;
    while (from < files.size()) {
      boolean kind = compressed.contains(files.get(from));
      int until = from + 1;
      while (until < files.size() && compressed.contains(files.get(until)) == kind) {
        until++;
      }
      List<FileStatus> run = files.subList(from, until);
      runs.add(
          kind
              ? formatted(formats.compressedLines(description), run, parallelism)
              : lines(run, parallelism));
      from = until;
    }
    return CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new))
        .thenApply(all -> joined(runs.stream().map(CompletableFuture::join).toList()));
  }

  private FoundFiles joined(List<FoundFiles> runs) {
    if (runs.size() == 1) {
      return runs.get(0);
    }
    List<FileSplit> splits = runs.stream().flatMap(run -> run.splits().stream()).toList();
    List<RddNode> parts = runs.stream().map(FoundFiles::dataset).toList();
    return new FoundFiles(splits, new UnionNode(parts, description));
  }

  private CompletableFuture<FoundFiles> lines(List<FileStatus> files, int parallelism) {
    return splitter
        .split(files, parallelism)
        .thenApply(
            splits ->
                splits.isEmpty()
                    ? FoundFiles.none()
                    : new FoundFiles(splits, new TextFilesNode(splits, description)));
  }

  private CompletableFuture<FoundFiles> formatted(
      HadoopInput input, List<FileStatus> files, int parallelism) {
    List<InputFile> listed = new ArrayList<>();
    List<FileSplit> whole = new ArrayList<>();
    for (FileStatus file : files) {
      listed.add(new InputFile(file.path(), file.lengthBytes(), file.modificationTimeMs()));
      whole.add(
          new FileSplit(file.path(), 0, file.lengthBytes(), file.modificationTimeMs(), List.of()));
    }
    return work.run(
        WORK,
        () -> {
          List<HadoopSplit> splits = formats.splits(input, listed, parallelism);
          return new FoundFiles(whole, new HadoopInputNode(readerOf(input), splits, description));
        });
  }

  private synchronized SplitReader readerOf(HadoopInput input) {
    if (reader == null) {
      reader = formats.reader(input);
    }
    return reader;
  }
}
