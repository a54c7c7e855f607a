/** The ports of the runtime on the real clock, real threads and the real process. */
package org.millrace.checkpoint.runtime.adapter;
