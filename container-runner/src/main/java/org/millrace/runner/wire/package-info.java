/**
 * The protocol between driver and executors: frames of a control message and raw payload, over a
 * transport port.
 */
package org.millrace.runner.wire;
