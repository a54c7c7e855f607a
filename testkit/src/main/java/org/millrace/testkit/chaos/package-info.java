/** Breaks things under a running application, from a seed, and counts what it lost. */
package org.millrace.testkit.chaos;
