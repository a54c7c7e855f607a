/** The bridge to Hadoop's input and output formats: ports that name no class of Hadoop. */
package org.millrace.runner.hadoop;
