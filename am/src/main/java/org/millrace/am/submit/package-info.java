/** The client of a cluster: stages a program on HDFS, submits it to YARN, and looks after it. */
package org.millrace.am.submit;
