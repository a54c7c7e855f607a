/**
 * Snapshots of keyed state: when they are taken, which files they need, and how state comes back.
 */
package org.millrace.am.snapshot;
