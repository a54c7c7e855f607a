/**
 * The executor's memory budget: blocks, shuffle, state, kept datasets and receivers draw on one
 * accountant.
 */
package org.millrace.runner.memory;
