package org.millrace.am.plan;

import java.util.Objects;
import org.millrace.runner.wire.proto.FunctionSet;
import org.millrace.runner.wire.proto.Template;

/** What a task runs: a fused template and the functions that fill it. Immutable. */
public record Pipeline(Template template, FunctionSet functions) {
  public Pipeline {
    Objects.requireNonNull(template, "template");
    Objects.requireNonNull(functions, "functions");
  }
}
