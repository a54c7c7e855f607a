/** Finds the framework and hands the command line over to it. */
package org.millrace.launcher;
