/**
 * The driver in a process: threads, clock, files and network behind its ports, and the engine that
 * a program finds.
 */
package org.millrace.am.driver.adapter;
