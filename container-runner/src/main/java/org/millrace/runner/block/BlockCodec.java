package org.millrace.runner.block;

/** How the payload of a block is laid out. Numbers are on the wire and on disk: never reuse one. */
public enum BlockCodec {
  /** UTF-8 lines, each ended by a newline; a carriage return before it is not part of the line. */
  TEXT_LINES(1),
  /** Records one after the other in the record encoding of package {@code codec}. */
  RECORDS(2);

  private final int number;

  BlockCodec(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
