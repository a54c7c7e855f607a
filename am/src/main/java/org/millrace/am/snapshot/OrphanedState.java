package org.millrace.am.snapshot;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.files.FileStatus;
import org.millrace.checkpoint.runtime.Answers;
import org.millrace.checkpoint.runtime.Loop;

/**
 * State files that a driver which is gone had asked for and that no snapshot names: they were being
 * written, or about to be deleted, when it died. Owned by the driver loop.
 *
 * <p>Looks only into folders of epochs before its own. Those are sealed: no driver that asks for a
 * file there can ever append a snapshot that names it. What this epoch owns is the business of
 * {@link SnapshotCoordinator}.
 */
public final class OrphanedState {
  private static final Pattern FOLDER = Pattern.compile("e(\\d+)-\\d+");

  private final DurableFiles files;
  private final Loop loop;
  private final String folder;
  private final long epoch;
  private final Supplier<Set<String>> named;

  /**
   * @param epoch that this driver claimed
   * @param named paths of files that a snapshot may be restored from; asked on the loop
   */
  public OrphanedState(
      DurableFiles files,
      Loop loop,
      String checkpointDirectory,
      long epoch,
      Supplier<Set<String>> named) {
    this.files = files;
    this.loop = loop;
    this.folder = checkpointDirectory + "/state";
    this.epoch = epoch;
    this.named = named;
  }

  /** Deletes them; completes on the loop with the paths that are gone. */
  public CompletableFuture<List<String>> sweep() {
    return Answers.onLoop(files.listIfPresent(folder).thenCompose(this::filesOfOthers), loop)
        .thenCompose(found -> Answers.onLoop(files.deleteAll(orphans(found)), loop));
  }

  /** What tells files apart: paths come with and without scheme and authority. */
  private static String folderAndName(String path) {
    return path.substring(path.lastIndexOf('/', path.lastIndexOf('/') - 1) + 1);
  }

  /** By folder; the folder itself is the first of each list. */
  private CompletableFuture<List<List<String>>> filesOfOthers(List<FileStatus> folders) {
    List<CompletableFuture<List<String>>> all = new ArrayList<>();
    for (FileStatus found : folders) {
      Matcher name = FOLDER.matcher(found.name());
      if (found.directory() && name.matches() && Long.parseLong(name.group(1)) < epoch) {
        all.add(
            files
                .list(found.path())
                .thenApply(
                    inside -> {
                      List<String> paths = new ArrayList<>(List.of(found.path()));
                      inside.forEach(file -> paths.add(file.path()));
                      return paths;
                    }));
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(done -> all.stream().map(CompletableFuture::join).toList());
  }

  private List<String> orphans(List<List<String>> found) {
    Set<String> needed =
        named.get().stream().map(OrphanedState::folderAndName).collect(Collectors.toSet());
    List<String> orphans = new ArrayList<>();
    for (List<String> paths : found) {
      List<String> inside = paths.subList(1, paths.size());
      List<String> unnamed =
          inside.stream().filter(path -> !needed.contains(folderAndName(path))).toList();
      if (unnamed.size() == inside.size()) {
        orphans.add(paths.get(0));
      } else {
        orphans.addAll(unnamed);
      }
    }
    return orphans;
  }
}
