/**
 * A source that numbers its lines, keeps what was not acknowledged, and resumes where it is told.
 */
package org.millrace.testkit.source;
