/** What a checkpoint directory holds, for people: listed, summed up, and read to the last byte. */
package org.millrace.am.inspect;
