package org.millrace.runner.state;

/** What is kept of a key. The numbers are durable: docs/format/state-files.md. */
public enum RowForm {
  /** One value. */
  PLAIN(1),
  /** One value and the batch time of the last pair. */
  TIMED(2),
  /** One value; panes keep what must leave it. */
  PANES(3),
  /** The two stacks of a window. */
  STACKS(4),
  /** The lists of values of a window. */
  LISTS(5);

  private final int number;

  RowForm(int number) {
    this.number = number;
  }

  /** Stands for it in files. */
  public int number() {
    return number;
  }

  /**
   * The form with this number.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static RowForm of(int number) {
    for (RowForm form : values()) {
      if (form.number == number) {
        return form;
      }
    }
    throw new IllegalArgumentException("there is no form " + number + " of rows");
  }
}
