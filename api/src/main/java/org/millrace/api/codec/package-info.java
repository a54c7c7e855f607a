/** How values of keyed state are stored, and which classes can be. */
package org.millrace.api.codec;
