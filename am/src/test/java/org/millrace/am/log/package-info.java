/** Tests of the driver's log, and a journal for tests of what writes into it. */
package org.millrace.am.log;
