/** The command line: finds the commands, runs one of them, and turns its failure into one line. */
package org.millrace.am.cli;
