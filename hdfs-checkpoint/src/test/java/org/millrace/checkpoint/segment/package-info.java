/** Tests of the record log, step by step and under faults from a seed. */
package org.millrace.checkpoint.segment;
