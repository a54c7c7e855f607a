/** Keyed state partitions: their tables, their versions, and the operations that change them. */
package org.millrace.runner.state;
