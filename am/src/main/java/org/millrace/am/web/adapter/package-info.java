/** Serves the page over HTTP with the server of the JDK. */
package org.millrace.am.web.adapter;
