/**
 * Blocks: received bytes with a header, kept in memory and on replicas until no batch needs them.
 */
package org.millrace.runner.block;
