package org.millrace.am.files;

import org.millrace.runner.conf.Keys;
import org.millrace.runner.conf.Settings;

/**
 * What a batch may take of a file stream, and where files are looked for. Immutable.
 *
 * @param mostBytes a single file may have more
 */
public record FileLimits(int mostFiles, long mostBytes, boolean recursive) {
  public FileLimits {
    if (mostFiles < 1 || mostBytes < 1) {
      throw new IllegalArgumentException(
          "at most %d files of %d bytes, expected 1 or more".formatted(mostFiles, mostBytes));
    }
  }

  public static FileLimits of(Settings settings) {
    return new FileLimits(
        settings.get(Keys.FILES_PER_BATCH),
        settings.get(Keys.FILE_BYTES_PER_BATCH),
        settings.get(Keys.FILES_RECURSIVE));
  }
}
