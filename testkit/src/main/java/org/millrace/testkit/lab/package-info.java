/**
 * A real Hadoop on this machine: NameNode, DataNodes, ResourceManager and NodeManagers as processes
 * on loopback, in a folder of their own, for tests and for trying things out.
 */
package org.millrace.testkit.lab;
