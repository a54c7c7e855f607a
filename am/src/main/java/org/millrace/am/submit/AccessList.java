package org.millrace.am.submit;

import java.util.Set;
import java.util.TreeSet;

/**
 * Users and groups in Hadoop's form: {@code user1,user2 group1,group2}, or {@code *} for everybody.
 * Immutable.
 */
record AccessList(Set<String> users, Set<String> groups) {
  private static final String EVERYBODY = "*";

  AccessList {
    users = Set.copyOf(users);
    groups = Set.copyOf(groups);
  }

  static AccessList parse(String text) {
    int blank = text.indexOf(' ');
    return blank < 0
        ? new AccessList(names(text), Set.of())
        : new AccessList(names(text.substring(0, blank)), names(text.substring(blank)));
  }

  /** Those of both. */
  AccessList and(AccessList other) {
    Set<String> allUsers = new TreeSet<>(users);
    allUsers.addAll(other.users);
    Set<String> allGroups = new TreeSet<>(groups);
    allGroups.addAll(other.groups);
    return new AccessList(allUsers, allGroups);
  }

  String text() {
    return users.contains(EVERYBODY) || groups.contains(EVERYBODY)
        ? EVERYBODY
        : String.join(",", new TreeSet<>(users)) + " " + String.join(",", new TreeSet<>(groups));
  }

  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    for (String name : text.split(",", -1)) {
      if (!name.isBlank()) {
        names.add(name.strip());
      }
    }
    return names;
  }
}
