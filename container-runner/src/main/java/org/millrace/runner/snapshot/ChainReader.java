package org.millrace.runner.snapshot;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;
import org.millrace.checkpoint.codec.StateCodecs;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.state.StateFileReader;
import org.millrace.checkpoint.state.StateSection;
import org.millrace.runner.state.RowForm;
import org.millrace.runner.state.RowSource;
import org.millrace.runner.state.StateImage;
import org.millrace.runner.wire.proto.StateFileSection;

/**
 * Reads sections of state files into images of partitions; the index of a file is read once.
 * Blocks, as reading does. Thread-safe, but an image is read by one thread at a time.
 */
final class ChainReader {
  private static final int ITEMS_A_QUESTION = 1_024;

  private final DurableFiles files;
  private final StateCodecs codecs;
  private final ConcurrentHashMap<String, StateFileReader> readers = new ConcurrentHashMap<>();

  /** Is asked while an image grows. */
  @FunctionalInterface
  interface Growth {
    /** What is needed may take what it takes. */
    Growth ANY = bytes -> true;

    /** Whether the image may take so many bytes; after false it is of no use. */
    boolean mayTake(long bytes);
  }

  ChainReader(DurableFiles files, StateCodecs codecs) {
    this.files = files;
    this.codecs = codecs;
  }

  /**
   * Reads one section after the other.
   *
   * @param imageOrNull of the sections before; null when these begin with everything
   * @return empty when it must not grow as it would: the image that was given is of no use either
   * @throws MillraceException CORRUPT_STATE, STORAGE_FAILED and what else reading meets
   */
  Optional<StateImage> read(
      StateImage imageOrNull, List<StateFileSection> sections, Growth growth) {
    StateImage image = imageOrNull;
    for (StateFileSection place : sections) {
      StateFileReader reader =
          readers.computeIfAbsent(
              place.getPath(), path -> new StateFileReader(files, path, place.getFileBytes()));
      StateSection section = reader.index().sections().get(place.getSection());
      if (image == null) {
        image = new StateImage(RowForm.of(section.form()));
      }
      try (StateFileReader.Items items = reader.items(section, codecs)) {
        Source source = new Source(items, image, growth);
        image.read(source);
        if (source.stopped || !growth.mayTake(image.bytes())) {
          return Optional.empty();
        }
      } catch (IllegalStateException notOver) {
        throw new MillraceException(
            ErrorCode.CORRUPT_STATE,
            "section "
                + place.getSection()
                + " of state file "
                + place.getPath()
                + " does not go on from the one before it: "
                + notOver.getMessage(),
            notOver);
      }
    }
    if (image == null) {
      throw new MillraceException(ErrorCode.INTERNAL, "a partition is restored from no file");
    }
    return Optional.of(image);
  }

  private static final class Source implements RowSource {
    private final StateFileReader.Items items;
    private final StateImage image;
    private final Growth growth;
    private int untilQuestion = ITEMS_A_QUESTION;
    private boolean stopped;

    Source(StateFileReader.Items items, StateImage image, Growth growth) {
      this.items = items;
      this.image = image;
      this.growth = growth;
    }

    @Override
    public boolean hasItem() {
      if (--untilQuestion == 0) {
        untilQuestion = ITEMS_A_QUESTION;
        stopped = !growth.mayTake(image.bytes());
      }
      return !stopped && items.hasItem();
    }

    @Override
    public long readLong() {
      return items.readLong();
    }

    @Override
    public Object readValue() {
      return items.readValue();
    }
  }
}
