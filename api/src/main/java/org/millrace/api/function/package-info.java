/** The serializable functions that a program passes to Millrace. */
package org.millrace.api.function;
