/** An engine that computes everything naively in memory: the reference model of the real one. */
package org.millrace.api.fake;
