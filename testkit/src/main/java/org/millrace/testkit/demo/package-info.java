/** {@code millrace demo}: a word count of a socket and of files that checks its own result. */
package org.millrace.testkit.demo;
