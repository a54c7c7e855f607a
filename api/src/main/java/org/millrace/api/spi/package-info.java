/** What an engine provides so that the programs written against this API run on it. */
package org.millrace.api.spi;
