/** Tests of streaming programs in one thread under a manual clock, without sleeping. */
package org.millrace.testkit.tester;
