/**
 * Applications on the lab, started and looked at as a user would: the installation's command line
 * and the application's page.
 */
package org.millrace.testkit.yarn;
