/** Stream tester, simulator and the lab of real Hadoop processes. */
package org.millrace.testkit;
