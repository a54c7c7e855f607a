/** The port to files that survive the process: append, flush, exclusive create, rename, fencing. */
package org.millrace.checkpoint.files;
