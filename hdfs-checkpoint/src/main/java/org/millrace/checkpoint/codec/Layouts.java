package org.millrace.checkpoint.codec;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** The layouts that are built in, by class and by name. */
final class Layouts {
  private static final Map<Class<?>, Layout> BY_CLASS = new LinkedHashMap<>();
  private static final Map<String, Layout> BY_NAME = new HashMap<>();

  static {
    BY_CLASS.putAll(ScalarLayouts.byClass());
    BY_CLASS.putAll(ArrayLayouts.byClass());
    BY_CLASS.putAll(CollectionLayouts.byClass());
    BY_CLASS.values().forEach(layout -> BY_NAME.put(layout.name(), layout));
    for (Layout layout :
        new Layout[] {
          ScalarLayouts.UTF_16,
          EnumCollections.SET,
          CollectionLayouts.LIST,
          CollectionLayouts.SET,
          CollectionLayouts.MAP
        }) {
      BY_NAME.put(layout.name(), layout);
    }
  }

  private Layouts() {}

  /** The layout of a class; null when it has none. */
  static Layout of(Class<?> type) {
    Layout layout = BY_CLASS.get(type);
    return layout != null ? layout : CollectionLayouts.ofHidden(type);
  }

  /** The layout of a branch; null when this version knows none of this name. */
  static Layout named(String name) {
    return BY_NAME.get(name);
  }

  static Collection<Layout> all() {
    return BY_NAME.values();
  }

  static Map<Class<?>, Layout> byClass() {
    return Map.copyOf(BY_CLASS);
  }
}
