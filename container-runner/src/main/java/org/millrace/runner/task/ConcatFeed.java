package org.millrace.runner.task;

import java.util.List;

/**
 * Pieces one after the other. Each pushes straight into the head behind the concat; two of them may
 * flow through the same pipe, so one is closed before the next begins.
 */
final class ConcatFeed implements Feed {
  private final List<Feed> pieces;
  private int position;
  private long recordsOfEnded;

  ConcatFeed(List<Feed> pieces) {
    this.pieces = List.copyOf(pieces);
  }

  @Override
  public Step push(Runnable wake) throws Exception {
    if (position == pieces.size()) {
      return Step.DONE;
    }
    Feed piece = pieces.get(position);
    Step step = piece.push(wake);
    if (step != Step.DONE) {
      return step;
    }
    recordsOfEnded += piece.recordCount();
    piece.close();
    position++;
    return position < pieces.size() ? Step.MORE : Step.DONE;
  }

  @Override
  public Step prepareToBlock(Runnable wake) throws Exception {
    for (Feed piece : pieces.subList(position, pieces.size())) {
      Step prepared = piece.prepareToBlock(wake);
      if (prepared != Step.DONE) {
        return prepared;
      }
    }
    return Step.DONE;
  }

  @Override
  public long recordCount() {
    return position < pieces.size()
        ? recordsOfEnded + pieces.get(position).recordCount()
        : recordsOfEnded;
  }

  @Override
  public void close() {
    pieces.forEach(Feed::close);
  }
}
