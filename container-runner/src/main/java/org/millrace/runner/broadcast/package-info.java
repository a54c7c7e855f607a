/** Broadcast values on an executor: fetched once, kept until they are released. */
package org.millrace.runner.broadcast;
