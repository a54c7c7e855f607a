package org.millrace.am.files;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.HadoopInput;
import org.millrace.api.graph.HadoopInputNode;
import org.millrace.api.graph.HadoopSplit;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.api.graph.UnionNode;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.log.FileRange;
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

  /**
   * The same records as those of a batch before, which read these parts of files: text is split
   * where it was, files of other formats are split anew.
   */
  public CompletableFuture<FoundFiles> again(List<FileRange> parts, int parallelism) {
    if (parts.isEmpty()) {
      return CompletableFuture.completedFuture(FoundFiles.none());
    }
    List<FileSplit> splits =
        parts.stream()
            .map(
                part ->
                    new FileSplit(
                        part.path(),
                        part.offset(),
                        part.lengthBytes(),
                        part.modificationTimeMs(),
                        List.of()))
            .toList();
    if (format.isPresent()) {
      return formatted(format.get(), wholeFiles(splits), parallelism);
    }
    List<String> asked =
        splits.stream()
            .map(FileSplit::path)
            .filter(FileReading::mayBeCompressed)
            .distinct()
            .toList();
    if (asked.isEmpty()) {
      return CompletableFuture.completedFuture(lines(splits));
    }
    return work.run(WORK, () -> Set.copyOf(asked.stream().filter(formats::isCompressed).toList()))
        .thenCompose(
            compressed ->
                inRuns(
                    splits,
                    split -> compressed.contains(split.path()),
                    run ->
                        formatted(
                            formats.compressedLines(description), wholeFiles(run), parallelism),
                    run -> CompletableFuture.completedFuture(lines(run))));
  }

  private FoundFiles lines(List<FileSplit> splits) {
    return new FoundFiles(splits, new TextFilesNode(splits, description));
  }

  private static List<FileStatus> wholeFiles(List<FileSplit> splits) {
    return splits.stream()
        .map(
            split ->
                new FileStatus(
                    split.path(), split.lengthBytes(), split.modificationTimeMs(), false))
        .toList();
  }

  private static boolean mayBeCompressed(FileStatus file) {
    return mayBeCompressed(file.path());
  }

  private static boolean mayBeCompressed(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    return dot > 0 && !PLAIN.contains(name.substring(dot + 1).toLowerCase(Locale.ROOT));
  }

  private CompletableFuture<FoundFiles> mixed(
      List<FileStatus> files, Set<FileStatus> compressed, int parallelism) {
    return inRuns(
        files,
        compressed::contains,
        run -> formatted(formats.compressedLines(description), run, parallelism),
        run -> lines(run, parallelism));
  }

  /** Runs of plain and of compressed files, one after the other. */
  private <F> CompletableFuture<FoundFiles> inRuns(
      List<F> files,
      Predicate<F> isCompressed,
      Function<List<F>, CompletableFuture<FoundFiles>> compressed,
      Function<List<F>, CompletableFuture<FoundFiles>> plain) {
    List<CompletableFuture<FoundFiles>> runs = new ArrayList<>();
    int from = 0;
    while (from < files.size()) {
      boolean kind = isCompressed.test(files.get(from));
      int until = from + 1;
      while (until < files.size() && isCompressed.test(files.get(until)) == kind) {
        until++;
      }
      List<F> run = files.subList(from, until);
      runs.add((kind ? compressed : plain).apply(run));
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
        .thenApply(splits -> splits.isEmpty() ? FoundFiles.none() : lines(splits));
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
