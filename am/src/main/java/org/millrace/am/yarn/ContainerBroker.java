package org.millrace.am.yarn;

import java.util.Map;

/** What the driver's side asks of YARN about executor containers. Calls return at once. */
interface ContainerBroker {
  /** Says who hears of containers from now on; before that nothing is asked. */
  void listen(ContainerEvents events);

  /**
   * Containers of attempts before that YARN kept, and the hosts of their nodes; to the first that
   * asks.
   */
  Map<String, String> takeKept();

  /** Asks for one more container. */
  void ask();

  /** Withdraws one {@link #ask()} that was not answered yet. */
  void withdraw();

  /** Talks to the ResourceManager often, because an answer is waited for. */
  void talkOften();

  /** Talks to the ResourceManager as seldom as a running application may. */
  void talkSeldom();

  /** Starts an executor in a container that was allocated. */
  void launch(String container);

  /**
   * Gives a container back and ends its process, whether it was launched or not. Only the
   * ResourceManager is told: a NodeManager would obey a master that was replaced.
   */
  void release(String container);

  /** What YARN shows as progress, from 0 to 1. */
  void progress(float progress);

  /** What YARN tells about containers; called on YARN's threads. */
  interface ContainerEvents {
    void onAllocated(String container, String host);

    /** YARN has learnt of more containers of attempts before: {@link #takeKept} tells them. */
    void onKept();

    void onLaunched(String container);

    void onLaunchFailed(String container, String reason);

    /** The container ended, launched or not. */
    void onCompleted(String container, ContainerEnd end);

    /** Fresh tokens for executors, sealed; a driver that starts later launches with them anyway. */
    default void onTokens(byte[] sealed) {}
  }
}
