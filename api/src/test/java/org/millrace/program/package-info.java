/** Tests that use the API as a program does, so that call sites are theirs. */
package org.millrace.program;
