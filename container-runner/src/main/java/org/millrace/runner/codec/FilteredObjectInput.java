package org.millrace.runner.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectStreamClass;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Java serialization with limits: classes by the program's loader, no class of the known gadget
 * chains, depth, array length and references bounded by the number of bytes there are.
 */
final class FilteredObjectInput extends ObjectInputStream {
  private static final int MAX_DEPTH = 2_000;

  /**
   * Packages and classes that turn reading an object into running a command. None belongs into a
   * record or a function.
   */
  private static final List<String> REFUSED =
      List.of(
          "bsh.",
          "clojure.",
          "com.mchange.v2.c3p0.",
          "com.sun.jndi.",
          "com.sun.org.apache.bcel.",
          "com.sun.org.apache.xalan.",
          "com.sun.org.apache.xpath.",
          "com.sun.rowset.",
          "java.rmi.",
          "javassist.",
          "javax.imageio.",
          "javax.management.",
          "javax.naming.",
          "javax.script.",
          "net.sf.json.",
          "org.apache.commons.beanutils.",
          "org.apache.commons.collections.functors.",
          "org.apache.commons.collections.keyvalue.TiedMapEntry",
          "org.apache.commons.collections4.functors.",
          "org.apache.commons.collections4.keyvalue.TiedMapEntry",
          "org.apache.commons.fileupload.disk.",
          "org.apache.myfaces.",
          "org.apache.wicket.",
          "org.apache.xalan.",
          "org.codehaus.groovy.runtime.",
          "org.hibernate.",
          "org.jboss.interceptor.",
          "org.jboss.weld.",
          "org.mozilla.javascript.",
          "org.python.",
          "org.springframework.aop.",
          "org.springframework.beans.factory.",
          "org.springframework.core.SerializableTypeWrapper",
          "sun.reflect.annotation.AnnotationInvocationHandler",
          "sun.rmi.");

  private final ClassLoader userClasses;
  private final UnaryOperator<Object> resolved;

  FilteredObjectInput(InputStream input, ClassLoader userClasses, long sizeBytes)
      throws IOException {
    this(input, userClasses, sizeBytes, null);
  }

  /**
   * Reads functions.
   *
   * @param resolved puts another object in the place of one that was read
   */
  FilteredObjectInput(
      InputStream input, ClassLoader userClasses, long sizeBytes, UnaryOperator<Object> resolved)
      throws IOException {
    super(input);
    this.userClasses = userClasses;
    this.resolved = resolved;
    if (resolved != null) {
      enableResolveObject(true);
    }
    setObjectInputFilter(info -> check(info, sizeBytes));
  }

  private static ObjectInputFilter.Status check(ObjectInputFilter.FilterInfo info, long sizeBytes) {
    if (info.depth() > MAX_DEPTH
        || info.references() > sizeBytes
        || info.arrayLength() > sizeBytes
        || info.streamBytes() > sizeBytes) {
      return ObjectInputFilter.Status.REJECTED;
    }
    Class<?> type = info.serialClass();
    if (type == null) {
      return ObjectInputFilter.Status.UNDECIDED;
    }
    while (type.isArray()) {
      type = type.getComponentType();
    }
    String name = type.getName();
    for (String refused : REFUSED) {
      if (name.startsWith(refused)) {
        return ObjectInputFilter.Status.REJECTED;
      }
    }
    return ObjectInputFilter.Status.ALLOWED;
  }

  @Override
  protected Object resolveObject(Object read) {
    return resolved.apply(read);
  }

  @Override
  protected Class<?> resolveClass(ObjectStreamClass description)
      throws IOException, ClassNotFoundException {
    if (resolved != null && description.getName().equals(SerializedLambda.REPLACED)) {
      return SerializedLambda.class;
    }
    try {
      return Class.forName(description.getName(), false, userClasses);
    } catch (ClassNotFoundException e) {
      // Primitive types have no loader that knows them by name.
      return super.resolveClass(description);
    }
  }

  @Override
  protected Class<?> resolveProxyClass(String[] names) throws IOException, ClassNotFoundException {
    Class<?>[] interfaces = new Class<?>[names.length];
    for (int i = 0; i < names.length; i++) {
      interfaces[i] = Class.forName(names[i], false, userClasses);
    }
    try {
      return Proxy.newProxyInstance(userClasses, interfaces, (proxy, method, arguments) -> null)
          .getClass();
    } catch (IllegalArgumentException e) {
      throw new ClassNotFoundException("a proxy of " + List.of(names), e);
    }
  }
}
