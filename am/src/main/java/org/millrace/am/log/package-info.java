/**
 * The driver's event log: what is appended is replayed at once, and what depends on it waits until
 * it is durable.
 */
package org.millrace.am.log;
