/** The executor's memory budget: blocks, shuffle, state and receivers draw on one accountant. */
package org.millrace.runner.memory;
