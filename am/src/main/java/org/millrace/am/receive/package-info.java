/**
 * Receivers as the driver sees them: where they run, which blocks of their streams are where, what
 * a batch takes of them.
 */
package org.millrace.am.receive;
