/**
 * Output files: prepared under names of their own, decided by the commit, published by one rename.
 */
package org.millrace.am.publish;
