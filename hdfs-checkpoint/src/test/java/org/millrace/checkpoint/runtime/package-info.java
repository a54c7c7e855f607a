/** A scheduler that stands in for clock, loops and executors in step tests and simulations. */
package org.millrace.checkpoint.runtime;
