package org.millrace.am.yarn;

/**
 * How the memory of a container is divided, so that the process stays below what YARN allows it.
 * Immutable.
 *
 * @param containerBytes what YARN was asked for
 * @param heapBytes the Java heap
 * @param directBytes the most that network buffers may take outside the heap
 */
public record MemoryPlan(long containerBytes, long heapBytes, long directBytes) {
  private static final long MIB = 1L << 20;

  /** Classes, compiled code, thread stacks and the virtual machine itself. */
  private static final long FIXED_OVERHEAD = 80 * MIB;

  private static final long LEAST_DIRECT = 24 * MIB;
  private static final int DIRECT_SHARE = 16;
  private static final int GARBAGE_COLLECTOR_SHARE = 25;

  /** The division for a container of this size. */
  public static MemoryPlan of(long containerBytes) {
    long direct = Math.max(LEAST_DIRECT, containerBytes / DIRECT_SHARE);
    long overhead = FIXED_OVERHEAD + containerBytes / GARBAGE_COLLECTOR_SHARE;
    // A container this small may be killed; half of it is the least that lets the process begin.
    long heap = Math.max(containerBytes / 2, containerBytes - direct - overhead);
    return new MemoryPlan(containerBytes, heap / MIB * MIB, direct / MIB * MIB);
  }

  /** The size of the heap in mebibytes. */
  public long heapMib() {
    return heapBytes / MIB;
  }

  /** The bound of direct memory in mebibytes. */
  public long directMib() {
    return directBytes / MIB;
  }

  /** What YARN is asked for, in mebibytes, rounded up. */
  public int containerMib() {
    return Math.toIntExact((containerBytes + MIB - 1) / MIB);
  }
}
