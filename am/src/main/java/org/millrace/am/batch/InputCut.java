package org.millrace.am.batch;

import java.util.List;
import java.util.Objects;
import org.millrace.api.graph.BlockRange;
import org.millrace.api.graph.BlocksNode;
import org.millrace.api.graph.EmptyNode;
import org.millrace.api.graph.FileSplit;
import org.millrace.api.graph.RddNode;

/** What a batch takes of one input. Immutable. */
public sealed interface InputCut {
  int inputId();

  /** The dataset of the batch. */
  RddNode dataset();

  boolean isEmpty();

  /** Records, as far as known before they are read; -1 for unknown. */
  long records();

  /** Bytes of files; 0 for other inputs. */
  default long bytes() {
    return 0;
  }

  /** One line for the page. */
  String description();

  /** Blocks of receivers, in partitions. */
  record Blocks(int inputId, List<List<BlockRange>> partitions, long records) implements InputCut {
    public Blocks {
      partitions = partitions.stream().map(List::copyOf).toList();
    }

    @Override
    public RddNode dataset() {
      return partitions.isEmpty() ? new EmptyNode() : new BlocksNode(inputId, partitions);
    }

    @Override
    public boolean isEmpty() {
      return partitions.isEmpty();
    }

    @Override
    public String description() {
      return partitions.size() + " partitions of blocks";
    }
  }

  /** New files, split. */
  record Files(int inputId, List<FileSplit> splits, RddNode dataset) implements InputCut {
    public Files {
      splits = List.copyOf(splits);
      Objects.requireNonNull(dataset, "dataset");
    }

    @Override
    public boolean isEmpty() {
      return splits.isEmpty();
    }

    @Override
    public long records() {
      return splits.isEmpty() ? 0 : -1;
    }

    @Override
    public long bytes() {
      return splits.stream().mapToLong(FileSplit::lengthBytes).sum();
    }

    @Override
    public String description() {
      long files = splits.stream().map(FileSplit::path).distinct().count();
      return files + " files, " + bytes() + " bytes";
    }
  }

  /** A dataset that the program put into a queue. */
  record Queued(int inputId, RddNode dataset) implements InputCut {
    public Queued {
      Objects.requireNonNull(dataset, "dataset");
    }

    @Override
    public boolean isEmpty() {
      return dataset.partitionCount() == 0;
    }

    @Override
    public long records() {
      return isEmpty() ? 0 : -1;
    }

    @Override
    public String description() {
      return dataset.description();
    }
  }
}
