/**
 * Receivers on an executor: their life, the cutting of what they store into blocks, and the copies
 * on a peer.
 */
package org.millrace.runner.receive;
