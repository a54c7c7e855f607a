/** Values that the driver sends once to each executor. */
package org.millrace.api.broadcast;
