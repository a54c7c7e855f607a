/** Outputs that a program brings itself, written exactly once: prepared, decided, committed. */
package org.millrace.api.sink;
