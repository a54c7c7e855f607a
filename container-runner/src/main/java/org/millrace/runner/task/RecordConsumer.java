package org.millrace.runner.task;

/** What stands after a record in a pipeline. Owned by the slot loop of its task. */
interface RecordConsumer {
  void accept(Object record) throws Exception;
}
