/** Publishing of prepared output by one rename. */
package org.millrace.checkpoint.publish;
