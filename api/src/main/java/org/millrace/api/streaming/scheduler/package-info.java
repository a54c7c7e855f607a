/** What a program can be told about the course of its batches, receivers and outputs. */
package org.millrace.api.streaming.scheduler;
