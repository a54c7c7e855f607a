package org.millrace.runner.task;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.millrace.runner.task.TaskPlan.PlannedTemplate;
import org.millrace.runner.wire.proto.FunctionSet;
import org.millrace.runner.wire.proto.TaskSpec;
import org.millrace.runner.wire.proto.Template;

/**
 * The templates and function sets that the driver has sent, the least recently used dropped. Owned
 * by the control loop.
 */
final class PlanCatalog {
  private final HiddenClasses hidden = new HiddenClasses();
  private final Map<ByteString, PlannedTemplate> templates;
  private final Map<ByteString, FunctionSet> functionSets;

  PlanCatalog(int kept) {
    templates = leastRecentlyUsed(kept);
    functionSets = leastRecentlyUsed(kept);
  }

  private static <V> Map<ByteString, V> leastRecentlyUsed(int kept) {
    return new LinkedHashMap<>(16, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<ByteString, V> eldest) {
        return size() > kept;
      }
    };
  }

  void add(Template template) {
    templates.computeIfAbsent(template.getId(), unused -> new PlannedTemplate(template, hidden));
  }

  void add(FunctionSet functions) {
    functionSets.put(functions.getId(), functions);
  }

  void forgetFunctions(ByteString id) {
    functionSets.remove(id);
  }

  /** Templates are named by what they are and stay. */
  void forgetAllFunctions() {
    functionSets.clear();
  }

  /** What the task needs and is not here; empty when {@link #plan} can answer. */
  List<ByteString> missing(TaskSpec task) {
    List<ByteString> missing = new ArrayList<>(0);
    if (!templates.containsKey(task.getTemplateId())) {
      missing.add(task.getTemplateId());
    }
    if (!functionSets.containsKey(task.getFunctionSetId())) {
      missing.add(task.getFunctionSetId());
    }
    return missing;
  }

  TaskPlan plan(TaskSpec task) {
    return new TaskPlan(
        templates.get(task.getTemplateId()), functionSets.get(task.getFunctionSetId()));
  }
}
