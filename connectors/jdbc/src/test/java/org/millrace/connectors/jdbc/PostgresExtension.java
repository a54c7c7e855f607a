package org.millrace.connectors.jdbc;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives tests the one server of this process, which ends with the last test. */
final class PostgresExtension implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == PostgresServer.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.create(PostgresExtension.class))
        .getOrComputeIfAbsent(PostgresServer.class, key -> started(), PostgresServer.class);
  }

  private static PostgresServer started() {
    try {
      return PostgresServer.start();
    } catch (Exception e) {
      throw new IllegalStateException("PostgreSQL could not be started", e);
    }
  }
}
