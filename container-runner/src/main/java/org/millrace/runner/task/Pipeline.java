package org.millrace.runner.task;

/**
 * The operators of a template with the functions of one function set. Serves one task at a time;
 * owned by a slot loop.
 */
record Pipeline(PipelineKey key, Object[] functions, PipeInstance pipe, Sink sink) {}
