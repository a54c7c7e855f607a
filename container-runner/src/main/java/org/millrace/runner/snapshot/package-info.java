/** Writes the states of an executor into files, off the path of batches, and reads them back. */
package org.millrace.runner.snapshot;
