package org.millrace.launcher;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Hadoop's generic options, in our command line's words: {@code -D key=value, -conf file, -files,
 * -libjars, -archives}. They end at the first argument that is none of them. Immutable.
 */
final class GenericOptions {
  private final List<String> commandLine;
  private final String[] rest;
  private final String problem;

  private GenericOptions(List<String> commandLine, String[] rest, String problem) {
    this.commandLine = commandLine;
    this.rest = rest;
    this.problem = problem;
  }

  static GenericOptions parse(String[] arguments) {
    List<String> ours = new ArrayList<>();
    int next = 0;
    while (next < arguments.length && arguments[next].startsWith("-")) {
      String option = arguments[next];
      if (option.equals("--")) {
        next++;
        break;
      }
      if (option.startsWith("-D") && option.length() > 2) {
        ours.add("--conf");
        ours.add(option.substring(2));
        next++;
        continue;
      }
      String name = ourName(option);
      if (name == null) {
        return new GenericOptions(
            ours,
            new String[0],
            "no such option: "
                + option
                + "; there are -D key=value, -conf file, -files, -libjars and -archives");
      }
      if (next + 1 == arguments.length) {
        return new GenericOptions(ours, new String[0], "the option " + option + " needs a value");
      }
      ours.add(name);
      ours.add(arguments[next + 1]);
      next += 2;
    }
    return new GenericOptions(ours, Arrays.copyOfRange(arguments, next, arguments.length), null);
  }

  private static String ourName(String option) {
    switch (option) {
      case "-D":
        return "--conf";
      case "-conf":
        return "--properties-file";
      case "-files":
        return "--files";
      case "-libjars":
        return "--jars";
      case "-archives":
        return "--archives";
      default:
        return null;
    }
  }

  boolean isValid() {
    return problem == null;
  }

  /** What is wrong, null when nothing is. */
  String problem() {
    return problem;
  }

  /** The options as {@code millrace submit} takes them. */
  String[] commandLine() {
    return commandLine.toArray(new String[0]);
  }

  /** What follows the options. */
  String[] rest() {
    return rest.clone();
  }
}
