package org.millrace.am.receive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.millrace.api.error.ErrorCode;
import org.millrace.api.error.MillraceException;

/** Logs whose content a test gives, sealed when it says so. Not thread-safe. */
final class FakeBlockLogs implements BlockLogs {
  final List<String> made = new ArrayList<>();
  final List<String> deleted = new ArrayList<>();
  private final Map<String, CompletableFuture<SealedLog>> sealing = new HashMap<>();

  /** Logs that are being sealed. */
  Set<String> sealing() {
    return Set.copyOf(sealing.keySet());
  }

  void sealed(SealedLog log) {
    sealing.remove(log.name()).complete(log);
  }

  void sealingFails(String name) {
    sealing
        .remove(name)
        .completeExceptionally(new MillraceException(ErrorCode.TIMED_OUT, "lease of " + name));
  }

  @Override
  public CompletableFuture<String> make(String name) {
    made.add(name);
    return CompletableFuture.completedFuture("/checkpoint/executors/" + name);
  }

  @Override
  public CompletableFuture<SealedLog> seal(String name) {
    return sealing.computeIfAbsent(name, unsealed -> new CompletableFuture<>());
  }

  @Override
  public CompletableFuture<List<String>> others(Set<String> names) {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public void delete(String name) {
    deleted.add(name);
  }
}
