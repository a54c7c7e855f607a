/**
 * Kept partitions of persisted datasets: in memory, on disk, copied to peers, fetched from them.
 */
package org.millrace.runner.store;
