/** {@code local[n]}: the driver and one executor with n slots in this JVM. */
package org.millrace.am.local.adapter;
