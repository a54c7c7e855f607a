/** Counts of distinct values in little memory; used by datasets, not by programs. */
package org.millrace.api.sketch;
