package org.millrace.launcher;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The main class of {@code millrace-examples.jar}, in the manner of Hadoop's program driver: {@code
 * yarn jar millrace-examples.jar NAME [generic options] [arguments]} submits the example of that
 * name and waits for its end.
 */
public final class ExamplesMain {
  private static final String DRIVER = "org.millrace.examples.ExampleDriver";

  private ExamplesMain() {}

  /** Runs one example, then ends the process. */
  public static void main(String[] arguments) throws Throwable {
    GenericOptions before = GenericOptions.parse(arguments);
    if (!before.isValid()) {
      fail(before.problem());
    }
    String[] rest = before.rest();
    Framework framework = Framework.orExit(before.commandLine());
    File jar = Framework.jarOf(DRIVER);
    if (jar == null) {
      fail("the class " + DRIVER + " is in no jar; run this with 'yarn jar millrace-examples.jar'");
    }
    String program = rest.length == 0 ? null : framework.programOf(jar, DRIVER, rest[0]);
    if (program == null) {
      framework.runMain(jar, DRIVER, rest);
      return;
    }
    GenericOptions after = GenericOptions.parse(Arrays.copyOfRange(rest, 1, rest.length));
    if (!after.isValid()) {
      fail(after.problem());
    }
    List<String> command = new ArrayList<>(Arrays.asList("submit", "--wait", "--class", program));
    command.addAll(Arrays.asList(before.commandLine()));
    command.addAll(Arrays.asList(after.commandLine()));
    command.add(jar.getPath());
    command.addAll(Arrays.asList(after.rest()));
    framework.runCommandLine(command.toArray(new String[0]));
  }

  private static void fail(String message) {
    System.err.println("millrace: " + message);
    System.exit(2);
  }
}
