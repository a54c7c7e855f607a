package org.millrace.runner.task;

/**
 * An operator of a fused pipeline. Subclasses are defined anew for each place in a template (see
 * {@link HiddenClasses}): they are final, have a constructor without parameters, and hold no lambda
 * and no nested class.
 */
abstract class RecordOperator implements RecordConsumer {
  RecordConsumer next;

  /**
   * @param function the user's function, null for an operator without one
   */
  abstract void use(Object function);

  /**
   * @param texts takes the texts of an operator that gives them as bytes
   */
  void giveTo(TextConsumer texts) {
    throw new UnsupportedOperationException("it gives no texts as bytes");
  }
}
