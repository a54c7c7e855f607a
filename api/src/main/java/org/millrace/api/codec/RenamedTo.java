package org.millrace.api.codec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Stays behind where a record, bean or enum of stored state was: values that were stored as of the
 * class with this annotation are read as of the class that it names.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RenamedTo {
  /** The class of today. */
  Class<?> value();
}
