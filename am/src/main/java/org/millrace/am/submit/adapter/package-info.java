/** The training run whose loaded classes become the class data archive. */
package org.millrace.am.submit.adapter;
