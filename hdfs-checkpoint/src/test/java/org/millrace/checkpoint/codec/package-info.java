/** Tests of stored values. */
package org.millrace.checkpoint.codec;
