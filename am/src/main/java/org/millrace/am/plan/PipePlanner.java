package org.millrace.am.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.am.plan.PipeShape.CombiningShape;
import org.millrace.am.plan.PipeShape.OperationShape;
import org.millrace.am.plan.PipeShape.OperatorShape;
import org.millrace.am.plan.PlannedInput.Locality;
import org.millrace.am.plan.TaskDraft.Piped;
import org.millrace.api.graph.BlocksNode;
import org.millrace.api.graph.CollectionNode;
import org.millrace.api.graph.ConcatNode;
import org.millrace.api.graph.HadoopInputNode;
import org.millrace.api.graph.HadoopSplit;
import org.millrace.api.graph.NarrowNode;
import org.millrace.api.graph.Operator;
import org.millrace.api.graph.RddNode;
import org.millrace.api.graph.ShuffleNode;
import org.millrace.api.graph.StateNode;
import org.millrace.api.graph.StateViewNode;
import org.millrace.api.graph.TextFilesNode;
import org.millrace.api.graph.ZipNode;
import org.millrace.runner.wire.proto.ConcatInput;
import org.millrace.runner.wire.proto.ConcatPiece;
import org.millrace.runner.wire.proto.FoldInput;
import org.millrace.runner.wire.proto.ShuffleInput;
import org.millrace.runner.wire.proto.SourceKind;
import org.millrace.runner.wire.proto.StateInput;
import org.millrace.runner.wire.proto.StoredInput;
import org.millrace.runner.wire.proto.TaskInput;
import org.millrace.runner.wire.proto.ZipInput;

/**
 * Makes the pipe of a partition: from the partition down to what is read, which is a source, a
 * reduce partition, something that is kept, or other pipes. Owned by the thread that plans.
 */
final class PipePlanner {
  private final LeafInputs leaves;
  private final ResidentInputs residents;
  private final Places places;
  private final Planning planning;

  /** Of the last partition of a dataset: most partitions are like the one before. */
  private final Map<RddNode, PipeShape> shapes = new IdentityHashMap<>();

  PipePlanner(Shipping shipping, ResidentInputs residents, Places places, Planning planning) {
    this.leaves = new LeafInputs(shipping);
    this.residents = residents;
    this.places = places;
    this.planning = planning;
  }

  // ---- where

  /**
   * The place that the task of a partition must have: with the state it reads, else with what is
   * kept of its input when it reads a shuffle too, else where its first reduce partition goes. -1
   * when it may run anywhere.
   */
  int placeOf(Part part) {
    Sought sought = new Sought();
    seek(part, sought);
    if (sought.state >= 0) {
      return sought.state;
    } else if (sought.reducePartition < 0) {
      return -1;
    }
    return sought.holder >= 0 ? places.at(sought.holder) : places.aligned(sought.reducePartition);
  }

  private static final class Sought {
    int state = -1;
    int holder = -1;
    int reducePartition = -1;
  }

  /** True when it need not be looked further. */
  private boolean seek(Part part, Sought sought) {
    Part current = part;
    for (Part next = part; next != null; next = current.before()) {
      current = next;
      if (residents.isPersisted(current.node())) {
        List<Integer> holders = residents.holders(current);
        if (!holders.isEmpty()) {
          sought.holder = sought.holder < 0 ? holders.get(0) : sought.holder;
          return false;
        }
      }
    }
    RddNode node = current.node();
    int index = current.index();
    if (ResidentInputs.isState(node)) {
      sought.state = residents.placeOf(current);
      return true;
    } else if (node instanceof ShuffleNode shuffle) {
      if (Part.isInPlace(shuffle)) {
        return seek(new Part(shuffle.parent(), index), sought);
      }
      sought.reducePartition = sought.reducePartition < 0 ? index : sought.reducePartition;
      return false;
    } else if (node instanceof ConcatNode concat) {
      return concat.partitions().get(index).stream()
          .anyMatch(piece -> seek(Part.of(concat, piece), sought));
    } else if (node instanceof ZipNode) {
      return node.parents().stream().anyMatch(parent -> seek(new Part(parent, index), sought));
    }
    return false;
  }

  // ---- what

  /** The pipe that gives the records of a partition. */
  Piped pipe(Part part, TaskDraft draft) {
    List<Part> passed = new ArrayList<>();
    Piped source = null;
    Part current = part;
    while (source == null) {
      List<Integer> holders =
          residents.isPersisted(current.node()) ? residents.holders(current) : List.of();
      Part before = current.before();
      if (!holders.isEmpty()) {
        source = stored(current, holders, draft);
      } else if (before == null) {
        source = source(current, draft);
        passed.add(current);
      } else {
        passed.add(current);
        current = before;
      }
    }
    List<OperatorShape> operators = new ArrayList<>();
    for (int i = passed.size() - 1; i >= 0; i--) {
      addOperators(passed.get(i), operators, draft);
    }
    return operators.isEmpty()
        ? source
        : new Piped(new PipeShape(source.shape().source(), operators), source.input());
  }

  /** What is done with the records of a node behind its source. */
  private void addOperators(Part part, List<OperatorShape> operators, TaskDraft draft) {
    if (part.node() instanceof NarrowNode narrow) {
      operators.add(OperatorShape.of(narrow));
      if (narrow.operator() == Operator.MAP_PARTITIONS_WITH_INDEX) {
        draft.operatorPartitions.add(part.index());
      }
    }
    if (residents.isPersisted(part.node())) {
      operators.add(OperatorShape.STORE);
      draft.stores.add(residents.storeTarget(part));
    }
  }

  private Piped stored(Part part, List<Integer> holders, TaskDraft draft) {
    draft.preferred(new Locality(holders, List.of()));
    return leaf(
        SourceKind.STORED,
        TaskInput.newBuilder()
            .setStored(
                StoredInput.newBuilder()
                    .setDatasetId(part.node().id())
                    .setPartition(part.index())
                    .addAllHolders(holders))
            .build());
  }

  private Piped source(Part part, TaskDraft draft) {
    RddNode node = part.node();
    int index = part.index();
    if (node instanceof ShuffleNode shuffle) {
      return Part.isInPlace(shuffle)
          ? combinedInPlace(shuffle, index, draft)
          : reduced(shuffle, index, draft);
    } else if (node instanceof ConcatNode concat) {
      return concatenated(concat, index, draft);
    } else if (node instanceof ZipNode zip) {
      return zipped(zip, index, draft);
    } else if (ResidentInputs.isState(node)) {
      return state(part, draft);
    } else if (node instanceof TextFilesNode files) {
      draft.preferred(new Locality(List.of(), files.splits().get(index).hosts()));
      return leaf(SourceKind.TEXT_FILE, LeafInputs.file(files.splits().get(index)));
    } else if (node instanceof HadoopInputNode hadoop) {
      HadoopSplit split = hadoop.splits().get(index);
      draft.preferred(new Locality(List.of(), split.hosts()));
      return from(new PipeShape.SplitRead(new Same(hadoop.reader())), LeafInputs.split(split));
    } else if (node instanceof BlocksNode blocks) {
      return leaf(SourceKind.BLOCKS, LeafInputs.blocks(blocks.partitions().get(index)));
    } else if (node instanceof CollectionNode collection) {
      return leaf(SourceKind.RECORDS, leaves.records(collection.partitions().get(index)));
    }
    throw new IllegalStateException("no source: " + node);
  }

  private static Piped leaf(SourceKind kind, TaskInput input) {
    return from(new PipeShape.Leaf(kind), input);
  }

  private static Piped from(PipeShape.SourceShape source, TaskInput input) {
    return new Piped(new PipeShape(source, List.of()), input);
  }

  private Piped reduced(ShuffleNode shuffle, int partition, TaskDraft draft) {
    if (draft.place < 0) {
      draft.place = places.aligned(partition);
    }
    int shuffleId = planning.shuffleTo(draft.place, shuffle, partition);
    draft.addRead(shuffleId, partition);
    PipeShape shape =
        shapes.computeIfAbsent(
            shuffle,
            node ->
                new PipeShape(
                    new PipeShape.ShuffleRead(CombiningShape.of(shuffle.combining())), List.of()));
    return new Piped(shape, shuffleInput(shuffleId, partition));
  }

  static TaskInput shuffleInput(int shuffleId, int partition) {
    return TaskInput.newBuilder()
        .setShuffle(ShuffleInput.newBuilder().setShuffleId(shuffleId).setPartition(partition))
        .build();
  }

  private Piped combinedInPlace(ShuffleNode shuffle, int partition, TaskDraft draft) {
    Piped child = pipe(new Part(shuffle.parent(), partition), draft);
    return from(
        new PipeShape.InPlace(CombiningShape.of(shuffle.combining()), child.shape()),
        TaskInput.newBuilder().setFold(FoldInput.newBuilder().setChild(child.input())).build());
  }

  private Piped concatenated(ConcatNode concat, int partition, TaskDraft draft) {
    if (concat.partitions().get(partition).isEmpty()) {
      return leaf(SourceKind.EMPTY, TaskInput.getDefaultInstance());
    }
    PipeShape.Children children = new PipeShape.Children();
    ConcatInput.Builder input = ConcatInput.newBuilder();
    for (ConcatNode.Piece piece : concat.partitions().get(partition)) {
      Piped child = pipe(Part.of(concat, piece), draft);
      input.addPieces(
          ConcatPiece.newBuilder()
              .setChild(children.indexOf(child.shape()))
              .setInput(child.input()));
    }
    return from(children.concat(), TaskInput.newBuilder().setConcat(input).build());
  }

  private Piped zipped(ZipNode zip, int partition, TaskDraft draft) {
    List<PipeShape> shapes = new ArrayList<>();
    ZipInput.Builder input = ZipInput.newBuilder();
    for (RddNode parent : zip.parents()) {
      Piped child = pipe(new Part(parent, partition), draft);
      shapes.add(child.shape());
      input.addChildren(child.input());
    }
    return from(
        new PipeShape.Zip(new Same(zip.function()), shapes),
        TaskInput.newBuilder().setZip(input).build());
  }

  /** State is read at its home, or moved from there when the task is elsewhere. */
  private Piped state(Part part, TaskDraft draft) {
    int home = residents.placeOf(part);
    if (draft.place < 0) {
      draft.place = home;
    }
    if (places.unite(home, draft.place)) {
      return stateAtHome(part, draft);
    }
    int shuffleId = planning.moveTo(draft.place, part);
    draft.addRead(shuffleId, 0);
    return from(new PipeShape.ShuffleRead(CombiningShape.ROUND_ROBIN), shuffleInput(shuffleId, 0));
  }

  /** The pipe of a task that is where the state is; its batch is applied if it was not. */
  Piped stateAtHome(Part part, TaskDraft draft) {
    StateNode node = ResidentInputs.stateOf(part.node());
    draft.readsState = true;
    List<RddNode> parents = residents.isApplied(part) ? Collections.emptyList() : node.parents();
    StateInput.Builder input = residents.stateInput(node, part.index());
    List<PipeShape> children = new ArrayList<>(parents.size());
    for (RddNode parent : parents) {
      Piped child = pipe(new Part(parent, part.index()), draft);
      children.add(child.shape());
      input.addChildren(child.input());
    }
    return new Piped(
        stateShape(part.node(), children), TaskInput.newBuilder().setState(input).build());
  }

  /** The shape of the partition before, when this one is like it. */
  private PipeShape stateShape(RddNode node, List<PipeShape> children) {
    PipeShape known = shapes.get(node);
    if (known == null || !((PipeShape.State) known.source()).children().equals(children)) {
      OperationShape operation =
          OperationShape.of(ResidentInputs.stateOf(node).identity().operation());
      boolean view = node instanceof StateViewNode;
      known = new PipeShape(new PipeShape.State(operation, view, children), List.of());
      shapes.put(node, known);
    }
    return known;
  }
}
