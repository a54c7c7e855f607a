/** What runs in the application master: the driver. */
package org.millrace.am;
