/**
 * The driver's event log: its records, its segments on durable files, and the epochs that own them.
 */
package org.millrace.checkpoint.log;
