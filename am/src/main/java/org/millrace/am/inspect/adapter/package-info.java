/** Opens files for the inspection of a checkpoint. */
package org.millrace.am.inspect.adapter;
