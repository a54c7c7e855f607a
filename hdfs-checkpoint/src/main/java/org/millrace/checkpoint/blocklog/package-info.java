/**
 * The write-ahead log of the blocks that one executor received, and its index once it is sealed.
 */
package org.millrace.checkpoint.blocklog;
