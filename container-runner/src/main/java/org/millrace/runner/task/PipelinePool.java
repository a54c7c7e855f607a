package org.millrace.runner.task;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.millrace.api.spi.BroadcastValues;
import org.millrace.runner.codec.FunctionCodec;

/** The idle pipelines of a slot, the least recently used dropped. Owned by the slot loop. */
final class PipelinePool {
  private final int kept;
  private final FunctionCodec codec;
  private final BroadcastValues broadcasts;
  private final Map<PipelineKey, ArrayDeque<Pipeline>> idle = new LinkedHashMap<>();
  private int idleCount;

  PipelinePool(int kept, FunctionCodec codec, BroadcastValues broadcasts) {
    this.kept = kept;
    this.codec = codec;
    this.broadcasts = broadcasts;
  }

  /** An idle pipeline, or a new one with functions of its own. */
  Pipeline take(TaskPlan plan) {
    PipelineKey key = plan.key();
    ArrayDeque<Pipeline> known = idle.get(key);
    if (known != null) {
      idleCount--;
      Pipeline pipeline = known.pop();
      if (known.isEmpty()) {
        idle.remove(key);
      }
      return pipeline;
    }
    byte[] functions = plan.functions().getContent().toByteArray();
    return plan.template().shape().make(key, codec.decode(functions, broadcasts));
  }

  /** Takes back a pipeline whose task ended well. */
  void giveBack(Pipeline pipeline) {
    ArrayDeque<Pipeline> known = idle.remove(pipeline.key());
    ArrayDeque<Pipeline> others = known == null ? new ArrayDeque<>(1) : known;
    others.push(pipeline);
    idle.put(pipeline.key(), others); // at the end: the most recently used
    idleCount++;
    if (idleCount > kept) {
      dropEldest();
    }
  }

  private void dropEldest() {
    Map.Entry<PipelineKey, ArrayDeque<Pipeline>> eldest = idle.entrySet().iterator().next();
    eldest.getValue().removeLast();
    idleCount--;
    if (eldest.getValue().isEmpty()) {
      idle.remove(eldest.getKey());
    }
  }
}
