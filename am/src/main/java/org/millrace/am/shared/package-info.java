/** Broadcasts and accumulators in the driver. */
package org.millrace.am.shared;
