/**
 * Configuration: each key declared once with type, default, bounds and meaning; resolved once, all
 * problems listed at once.
 */
package org.millrace.runner.conf;
