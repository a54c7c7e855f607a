package org.millrace.testkit.lab;

import java.util.List;
import java.util.regex.Pattern;

/**
 * What Hadoop's processes log as errors although nothing is wrong, each with its reason. What it
 * means to our own processes shows in their logs, where nothing is usual.
 */
final class UsualErrors {
  private record Usual(Pattern pattern, String reason) {}

  private static final String DAEMON_ERROR = "^(?:nn|dn\\d+|rm|nm\\d+): \\S+ \\S+ ERROR [^\n]*\n";

  /**
   * Not a port that is taken, nor a limit on open files: these are faults of the process itself.
   */
  private static final String BROKEN_CONNECTION =
      "(?:java\\.net\\.(?:ConnectException|NoRouteToHostException|PortUnreachableException|SocketTimeoutException|SocketException:"
          + " (?:Connection reset|Broken pipe|Socket (?:is )?closed|.* unreachable))"
          + "|java\\.nio\\.channels\\.(?:AsynchronousClose|ClosedByInterrupt|ClosedChannel)Exception"
          + "|org\\.apache\\.hadoop\\.net\\.ConnectTimeoutException|java\\.io\\.(?:IO|EOF)Exception:"
          + " (?:Connection reset|Broken pipe|Connection timed out|End of File Exception between))";

  private static final List<Usual> ALL =
      List.of(
          usual(
              "^rm: .*RMAppAttemptImpl: App attempt: .* can't handle this event.*Invalid event:"
                  + " ATTEMPT_UPDATE_SAVED at (?:RUNNING|FINISHING|FINISHED|KILLED)",
              "A master that changes its tracking URL while it runs: the ResourceManager stores the"
                  + " change and has no transition for the answer of its store. When the end is"
                  + " stored meanwhile, it takes that answer for the one about the end, which then"
                  + " comes too late."),
          usual(
              "^rm: \\S+ \\S+ ERROR [^\n"
                  + "]*AppBlock: Failed to read the attempts of the application [^\n"
                  + "]*\n.*User dr\\.who does not have privilege to see this application",
              "A page of an application is asked for while it has no master: the ResourceManager"
                  + " shows its own page instead, and nobody in particular may not see the"
                  + " attempts there."),
          usual(
              "^dn\\d+: .*JMXJsonServlet: getting attribute \\w+ of"
                  + " Hadoop:service=DataNode,name=DataNodeInfo threw an exception",
              "The lab asks a DataNode that is just starting how it is: its page is up before the"
                  + " parts are that the page shows."),
          usual(
              "^dn\\d+: \\S+ \\S+ ERROR [^\n"
                  + "]*(?:DataXceiver error processing \\w+ operation|Exception transferring"
                  + " block)[^\n"
                  + "]*\n"
                  + "(?!java\\.io\\.IOException: No space left)(?:java\\.(?:io|net|nio\\.channels)"
                  + "|org\\.apache\\.hadoop\\.(?:net|hdfs\\.(?:protocol|server\\.(?:datanode|protocol))))"
                  + "\\.\\w*Exception",
              "The client or another DataNode of a pipeline died, was fenced, cut off or is just"
                  + " starting. The one that is left says so to the others, and HDFS recovers."),
          usual(
              "^nn: \\S+ \\S+ ERROR [^\n"
                  + "]*blockReceivedAndDeleted: failed from [^\n"
                  + "]*from unregistered or dead node",
              "A DataNode that hung until the NameNode took it for dead goes on: it reports before"
                  + " it has registered again."),
          usual(
              DAEMON_ERROR + BROKEN_CONNECTION,
              "The peer of a connection died or is just starting; daemons try again."),
          usual(
              DAEMON_ERROR + ".*\nCaused by: " + BROKEN_CONNECTION,
              "The same, in the words of the daemon's client library."));

  private UsualErrors() {}

  static boolean contains(LoggedError error) {
    return ALL.stream().anyMatch(usual -> usual.pattern().matcher(error.text()).find());
  }

  private static Usual usual(String pattern, String reason) {
    return new Usual(Pattern.compile(pattern, Pattern.DOTALL), reason);
  }
}
