/** Tests of the adapters of the runtime. */
package org.millrace.checkpoint.runtime.adapter;
