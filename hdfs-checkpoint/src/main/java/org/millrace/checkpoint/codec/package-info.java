/** Values of keyed state as durable bytes, and back as objects of today's classes. */
package org.millrace.checkpoint.codec;
