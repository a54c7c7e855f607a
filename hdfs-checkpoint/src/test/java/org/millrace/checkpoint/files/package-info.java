/** A file system in memory that fails on demand, and the suite that every adapter passes. */
package org.millrace.checkpoint.files;
