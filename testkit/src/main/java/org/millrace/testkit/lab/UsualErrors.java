package org.millrace.testkit.lab;

import java.util.List;
import java.util.regex.Pattern;

/** What processes log as errors although nothing is wrong, each with its reason. */
final class UsualErrors {
  private record Usual(Pattern pattern, String reason) {}

  private static final List<Usual> ALL =
      List.of(
          usual(
              "^rm: .*RMAppAttemptImpl: App attempt: .* can't handle this event.*Invalid event:"
                  + " ATTEMPT_UPDATE_SAVED at RUNNING",
              "A master that changes its tracking URL while it runs: the ResourceManager stores the"
                  + " change and has no transition for the answer of its store."),
          usual(
              "^dn\\d+: .*JMXJsonServlet: getting attribute \\w+ of"
                  + " Hadoop:service=DataNode,name=DataNodeInfo threw an exception",
              "The lab asks a DataNode that is just starting how it is: its page is up before the"
                  + " parts are that the page shows."));

  private UsualErrors() {}

  static boolean contains(LoggedError error) {
    return ALL.stream().anyMatch(usual -> usual.pattern().matcher(error.text()).find());
  }

  private static Usual usual(String pattern, String reason) {
    return new Usual(Pattern.compile(pattern, Pattern.DOTALL), reason);
  }
}
