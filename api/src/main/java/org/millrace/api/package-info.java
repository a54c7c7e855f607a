/** What a program imports for datasets: contexts, RDDs, pairs, partitioners and configuration. */
package org.millrace.api;
