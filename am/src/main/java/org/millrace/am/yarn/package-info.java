/** The application master on YARN: registers, asks for containers, and launches executors. */
package org.millrace.am.yarn;
