/** Records to bytes and back, and the functions of a program to bytes and back. */
package org.millrace.runner.codec;
