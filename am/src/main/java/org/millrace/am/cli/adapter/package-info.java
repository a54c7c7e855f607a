/** The entry point of the command line, which ends the process. */
package org.millrace.am.cli.adapter;
