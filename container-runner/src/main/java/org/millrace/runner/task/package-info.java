/**
 * Tasks: templates become fused pipelines, slots run them in steps that never block, results go to
 * the driver.
 */
package org.millrace.runner.task;
