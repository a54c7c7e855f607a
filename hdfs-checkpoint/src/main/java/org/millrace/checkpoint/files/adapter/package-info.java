/** Durable files on the local file system and on HDFS. */
package org.millrace.checkpoint.files.adapter;
