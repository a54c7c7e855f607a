/** Measurements that performance claims cite. */
package org.millrace.benchmarks;
