/**
 * How keys and values of keyed state are stored, and of which classes they can be.
 *
 * <p>Stored by themselves are: primitives and their boxes, String, arrays, tuples, {@code Optional}
 * of Millrace and of Java, BigInteger, BigDecimal, UUID, Date, BitSet, the dates and times of
 * {@code java.time}, enums, the collections of {@code java.util} whose order is insertion or
 * natural, reverse or case-insensitive order, Java records, and beans: static classes with a
 * constructor without arguments, by their fields that are not transient. Fields of records and
 * beans may be added, removed and reordered between two starts of a program, and numbers be
 * widened; see {@link org.millrace.api.codec.FormerName} and {@link
 * org.millrace.api.codec.RenamedTo} for new names.
 *
 * <p>Values of any other class are refused, with the path of fields to them: by {@code start()}
 * where the classes of the program's functions show them, else when the first of them is stored.
 * For such a class the program registers a {@link org.millrace.api.codec.Codec} by {@link
 * org.millrace.api.streaming.StreamingContext#registerCodec}.
 */
package org.millrace.api.codec;
