/** Values that tasks add to and the driver reads. */
package org.millrace.api.accumulator;
