/** What a program extends to bring its own source of records. */
package org.millrace.api.streaming.receiver;
