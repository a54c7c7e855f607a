/** Tests of publishing. */
package org.millrace.checkpoint.publish;
