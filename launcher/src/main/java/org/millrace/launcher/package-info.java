/**
 * The small jar: finds the framework, runs its command line, and starts processes in containers.
 */
package org.millrace.launcher;
