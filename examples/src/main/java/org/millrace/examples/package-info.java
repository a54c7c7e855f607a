/** Programs that a user would write first. */
package org.millrace.examples;
