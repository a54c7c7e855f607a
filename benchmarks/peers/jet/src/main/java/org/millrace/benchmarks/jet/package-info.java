/** The scenarios as pipelines on one Hazelcast Jet member: one engine process of the benchmark. */
package org.millrace.benchmarks.jet;
