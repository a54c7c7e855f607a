/** The receivers that read TCP sockets. */
package org.millrace.api.streaming.socket;
