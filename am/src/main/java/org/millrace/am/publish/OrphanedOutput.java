package org.millrace.am.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.millrace.api.graph.Output;
import org.millrace.api.graph.StreamGraph;
import org.millrace.api.streaming.Time;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;

/**
 * What the driver before had staged for outputs and never decided on: it died meanwhile. Owned by
 * the driver loop.
 *
 * <p>A staging directory is recognized by its name, which begins with application and attempt. Only
 * those of the driver before and of earlier attempts of its application are looked at: they are
 * fenced. Other applications may write to the same place.
 */
public final class OrphanedOutput {
  private final DurableFiles files;
  private final Loop loop;
  private final Set<String> folders;
  private final Pattern name;
  private final int lastAttempt;
  private final Supplier<Set<String>> named;

  /**
   * @param application of the driver before
   * @param lastAttempt its attempt
   * @param named staged directories that were decided on and may not be published yet; asked on the
   *     loop
   */
  public OrphanedOutput(
      DurableFiles files,
      Loop loop,
      StreamGraph graph,
      String application,
      int lastAttempt,
      Supplier<Set<String>> named) {
    this.files = files;
    this.loop = loop;
    this.folders = folders(graph);
    this.name = Pattern.compile(Pattern.quote(application) + "-a(\\d+)-[0-9a-z]+-\\d+");
    this.lastAttempt = lastAttempt;
    this.named = named;
  }

  private static Set<String> folders(StreamGraph graph) {
    Set<String> folders = new TreeSet<>();
    for (Output output : graph.outputs()) {
      if (output instanceof Output.TextFilesOutput text) {
        folders.add(TextOutputs.stagingFor(text.directory(new Time(0))));
      } else if (output instanceof Output.HadoopFilesOutput formatted) {
        folders.add(TextOutputs.stagingFor(formatted.directory(new Time(0))));
      }
    }
    return folders;
  }

  /** Deletes it; completes on the loop with the directories that are gone. */
  public CompletableFuture<List<String>> sweep() {
    List<CompletableFuture<List<FileStatus>>> listed =
        folders.stream().map(files::listIfPresent).toList();
    return Answers.onLoop(CompletableFuture.allOf(listed.toArray(CompletableFuture[]::new)), loop)
        .thenCompose(
            done -> {
              List<FileStatus> found =
                  listed.stream().flatMap(folder -> folder.join().stream()).toList();
              return Answers.onLoop(files.deleteAll(orphans(found)), loop);
            });
  }

  private List<String> orphans(List<FileStatus> found) {
    Set<String> needed = named.get();
    List<String> orphans = new ArrayList<>();
    for (FileStatus staged : found) {
      Matcher parts = name.matcher(staged.name());
      if (parts.matches()
          && Integer.parseInt(parts.group(1)) <= lastAttempt
          && needed.stream().noneMatch(path -> isOf(path, staged.name()))) {
        orphans.add(staged.path());
      }
    }
    return orphans;
  }

  /** By its name, which is nowhere else: paths come with and without scheme and authority. */
  private static boolean isOf(String path, String staging) {
    return path.contains("/" + staging + "/");
  }
}
