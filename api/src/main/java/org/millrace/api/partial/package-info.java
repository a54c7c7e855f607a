/** Approximate results, which are there before a job has ended. */
package org.millrace.api.partial;
