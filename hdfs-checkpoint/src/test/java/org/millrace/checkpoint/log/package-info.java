/** Tests of the event log. */
package org.millrace.checkpoint.log;
