/** Batches: when one is due, what belongs to it, how it runs, commits and fails. */
package org.millrace.am.batch;
