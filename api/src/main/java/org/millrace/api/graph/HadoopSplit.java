package org.millrace.api.graph;

import java.util.List;

/**
 * A part of a Hadoop input, as the engine that made it encodes it. Immutable.
 *
 * <p>Two splits are equal only when they are the same object.
 */
public final class HadoopSplit {
  private final byte[] content;
  private final long lengthBytes;
  private final List<String> hosts;

  /**
   * A part.
   *
   * @param content is not copied
   * @param hosts where its data is, best first; may be empty
   */
  public HadoopSplit(byte[] content, long lengthBytes, List<String> hosts) {
    this.content = content;
    this.lengthBytes = lengthBytes;
    this.hosts = List.copyOf(hosts);
  }

  /** What the reader on the executor decodes; not to be changed. */
  public byte[] content() {
    return content;
  }

  /** About how much there is to read. */
  public long lengthBytes() {
    return lengthBytes;
  }

  /** Where its data is, best first; may be empty. */
  public List<String> hosts() {
    return hosts;
  }
}
