/** The tasks that write to a program's sinks. */
package org.millrace.runner.sink;
