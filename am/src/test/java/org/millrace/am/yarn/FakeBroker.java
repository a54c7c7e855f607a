package org.millrace.am.yarn;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Remembers what was asked of YARN; tests tell what YARN answers. */
final class FakeBroker implements ContainerBroker {
  private final List<String> launched = new ArrayList<>();
  private final Set<String> released = new LinkedHashSet<>();
  private final Map<String, String> kept = new HashMap<>();
  private ContainerEvents events;
  private int open;
  private boolean often;
  private float progress;

  ContainerEvents events() {
    return events;
  }

  /** Asks that YARN has not answered. */
  int open() {
    return open;
  }

  boolean isTalkingOften() {
    return often;
  }

  List<String> launched() {
    return List.copyOf(launched);
  }

  Set<String> released() {
    return Set.copyOf(released);
  }

  float progress() {
    return progress;
  }

  @Override
  public void listen(ContainerEvents newEvents) {
    events = newEvents;
  }

  /** A container of an attempt before. */
  void keep(String container, String host) {
    kept.put(container, host);
  }

  @Override
  public Map<String, String> takeKept() {
    Map<String, String> taken = Map.copyOf(kept);
    kept.clear();
    return taken;
  }

  @Override
  public void ask() {
    open++;
  }

  @Override
  public void withdraw() {
    open--;
  }

  @Override
  public void talkOften() {
    often = true;
  }

  @Override
  public void talkSeldom() {
    often = false;
  }

  @Override
  public void launch(String container) {
    launched.add(container);
  }

  @Override
  public void release(String container) {
    released.add(container);
  }

  @Override
  public void progress(float newProgress) {
    progress = newProgress;
  }
}
