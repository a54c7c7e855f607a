/** Hadoop's input and output formats behind the bridge, and the formats of Millrace. */
package org.millrace.runner.hadoop.adapter;
