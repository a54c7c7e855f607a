/** Tells the program's listeners what happens, apart from what makes it happen. */
package org.millrace.am.listen;
