package org.millrace.runner.block;

import java.util.concurrent.CompletableFuture;

/**
 * Memory that a receiver asked for. Thread-safe.
 *
 * @param granted completes when the memory was taken, on the thread that gave it back; cancelled
 *     only by {@link BlockMemory#cancel}
 */
public record MemoryRequest(long bytes, CompletableFuture<Void> granted) {}
