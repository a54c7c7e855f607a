/** What stays on executors from job to job: partitions of persisted datasets, keyed state. */
package org.millrace.am.dataset;
