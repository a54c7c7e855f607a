/** Spill files in a directory of the local disk. */
package org.millrace.runner.shuffle.adapter;
