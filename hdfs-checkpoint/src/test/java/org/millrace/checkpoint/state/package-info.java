/** Tests of state files. */
package org.millrace.checkpoint.state;
