/** The entry point of the application master's process: its signals, its hooks and its end. */
package org.millrace.am.yarn.adapter;
