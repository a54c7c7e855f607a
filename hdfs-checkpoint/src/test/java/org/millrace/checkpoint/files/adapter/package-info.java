/** Tests of the adapters of durable files. */
package org.millrace.checkpoint.files.adapter;
