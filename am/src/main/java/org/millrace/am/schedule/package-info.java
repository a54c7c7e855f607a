/**
 * Jobs on executors: placement, attempts, shuffles that follow their reducers, what was shipped
 * where.
 */
package org.millrace.am.schedule;
