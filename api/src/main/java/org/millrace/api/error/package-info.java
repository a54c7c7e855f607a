/** The one unchecked exception of Millrace and the numbered codes it carries. */
package org.millrace.api.error;
