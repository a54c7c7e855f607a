/** What runs in an executor container. */
package org.millrace.runner;
