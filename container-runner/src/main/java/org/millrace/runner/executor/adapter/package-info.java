/**
 * An executor in a process: its rooms put together over threads, files and network, and the entry
 * point of a container.
 */
package org.millrace.runner.executor.adapter;
