/** Functions over text and numbers that an engine understands and may run on bytes. */
package org.millrace.api.transparent;
