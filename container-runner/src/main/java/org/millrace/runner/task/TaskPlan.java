package org.millrace.runner.task;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.millrace.runner.wire.proto.FunctionSet;
import org.millrace.runner.wire.proto.Template;

/**
 * What a task runs: a template and a function set. Immutable but for the shape, which is made once.
 */
record TaskPlan(PlannedTemplate template, FunctionSet functions) {

  PipelineKey key() {
    return new PipelineKey(template.template().getId(), functions.getId());
  }

  /** A template and, once a slot needed them, its hidden classes. Thread-safe: slots share it. */
  static final class PlannedTemplate {
    private final Template template;
    private final HiddenClasses hidden;

    @GuardedBy("this")
    private PipelineShape shape;

    PlannedTemplate(Template template, HiddenClasses hidden) {
      this.template = template;
      this.hidden = hidden;
    }

    Template template() {
      return template;
    }

    synchronized PipelineShape shape() {
      if (shape == null) {
        shape = new PipelineShape(template, hidden);
      }
      return shape;
    }
  }
}
