/** The training run whose loaded classes become the class data archive, and real waiting. */
package org.millrace.am.submit.adapter;
