/** Files as input: what is new in a directory, and how files are split. */
package org.millrace.am.files;
