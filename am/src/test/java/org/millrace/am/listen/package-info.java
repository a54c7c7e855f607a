/** Tests of listeners. */
package org.millrace.am.listen;
