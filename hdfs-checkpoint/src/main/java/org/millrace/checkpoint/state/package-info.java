/** The files that hold snapshots of keyed state. */
package org.millrace.checkpoint.state;
