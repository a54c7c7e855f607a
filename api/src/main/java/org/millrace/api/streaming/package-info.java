/** What a program imports for streams: the streaming context, its streams, time and durations. */
package org.millrace.api.streaming;
