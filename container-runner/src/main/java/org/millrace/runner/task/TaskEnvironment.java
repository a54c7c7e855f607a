package org.millrace.runner.task;

import java.util.List;
import java.util.Objects;
import org.millrace.checkpoint.files.DurableFiles;
import org.millrace.checkpoint.runtime.BlockingWork;
import org.millrace.checkpoint.runtime.Clock;
import org.millrace.checkpoint.runtime.FatalHandler;
import org.millrace.checkpoint.runtime.Loop;
import org.millrace.runner.block.BlockReader;
import org.millrace.runner.executor.PeerLinks;
import org.millrace.runner.memory.MemoryAccountant;
import org.millrace.runner.shuffle.LocalFiles;

/**
 * What tasks need from their executor. Immutable.
 *
 * @param control the loop that gives tasks; timers run on it
 * @param slots one loop for each core; a task runs on one of them
 * @param io where files are read and written
 * @param userClasses finds the classes of the program
 * @param spill where pages go that do not fit into memory
 * @param fatal told about faults of the virtual machine, after the task was reported as failed
 */
public record TaskEnvironment(
    Loop control,
    List<Loop> slots,
    PeerLinks links,
    BlockReader blocks,
    MemoryAccountant memory,
    DurableFiles files,
    BlockingWork io,
    Clock clock,
    ClassLoader userClasses,
    LocalFiles spill,
    FatalHandler fatal,
    TaskSettings settings) {
  public TaskEnvironment {
    Objects.requireNonNull(control, "control");
    slots = List.copyOf(slots);
    Objects.requireNonNull(links, "links");
    Objects.requireNonNull(blocks, "blocks");
    Objects.requireNonNull(memory, "memory");
    Objects.requireNonNull(files, "files");
    Objects.requireNonNull(io, "io");
    Objects.requireNonNull(clock, "clock");
    Objects.requireNonNull(userClasses, "userClasses");
    Objects.requireNonNull(spill, "spill");
    Objects.requireNonNull(fatal, "fatal");
    Objects.requireNonNull(settings, "settings");
    if (slots.isEmpty()) {
      throw new IllegalArgumentException("no slots, expected at least one");
    }
  }
}
