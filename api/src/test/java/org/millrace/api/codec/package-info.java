/** Tests of the rules for durable state. */
package org.millrace.api.codec;
