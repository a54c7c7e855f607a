/** The driver: its state, its wiring, and the ports through which it reaches executors. */
package org.millrace.am.driver;
