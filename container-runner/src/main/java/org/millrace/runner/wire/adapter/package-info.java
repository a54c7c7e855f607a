/** The transport port over TCP with Netty and inside one process. */
package org.millrace.runner.wire.adapter;
