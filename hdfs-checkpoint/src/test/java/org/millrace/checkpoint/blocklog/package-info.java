/** Tests of the block log, its index and its format. */
package org.millrace.checkpoint.blocklog;
