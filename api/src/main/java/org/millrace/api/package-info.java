/** What a user's program imports, and the logical graph that it builds. */
package org.millrace.api;
